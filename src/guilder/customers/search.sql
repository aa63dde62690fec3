-- rarest_word
-- Nobody counts further than matters: among words that many have, the longest is as good as any.
select wanted.word
from unnest(:words::text[], :beyond::text[]) as wanted (word, beyond)
order by
    (
        select count(*)
        from (
            select
            from customers.search_word as found
            where
                found.tenant_id = :tenant_id
                and found.word >= wanted.word
                and found.word < wanted.beyond
            order by found.word
            limit 1000
        ) as counted
    ),
    length(wanted.word) desc,
    wanted.word
limit 1;

-- customers_with_words
-- One word leads; for those who have it, the others are looked up.
select :columns_of_customer
from customers.customer
where
    customer.tenant_id = :tenant_id
    and customer.id in (
        select found.customer_id
        from customers.search_word as found
        where
            found.tenant_id = :tenant_id
            and found.word >= :rarest
            and found.word < :beyond_rarest
    )
    and not exists (
        select
        from unnest(:others::text[], :beyond_others::text[]) as wanted (word, beyond)
        where not exists (
            select
            from customers.search_word as other
            where
                other.tenant_id = :tenant_id
                and other.customer_id = customer.id
                and other.word >= wanted.word
                and other.word < wanted.beyond
        )
    )
    and customer.email_folded = kernel.fold(:email) -- if :email
    and customer.id < :before -- if :before
order by customer.id desc
limit :most;

-- delete_words
delete from customers.search_word
where
    search_word.tenant_id = :tenant_id
    and search_word.customer_id = :customer_id
    and search_word.word <> all(:words::text[]);

-- insert_words
insert into customers.search_word (word, customer_id)
select
    new.word,
    :customer_id
from unnest(:words::text[]) as new (word)
on conflict (tenant_id, word, customer_id) do nothing;
