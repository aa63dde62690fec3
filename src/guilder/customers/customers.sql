-- insert_customer
with customer as (
    insert into customers.customer (email, name, phone, app_metadata, internal_metadata)
    values (:email, :name, :phone, :app_metadata, :internal_metadata)
    on conflict (tenant_id, email_folded) do nothing
    returning :columns_of_customer
),

noted as (
    insert into customers.search_word (word, customer_id)
    select
        new.word,
        customer.id
    from customer
    cross join unnest(:words::text[]) as new (word)
)

select :columns_of_customer from customer;

-- wait_for_email
-- Of two who give the same e-mail at once, the second looks when the first is done.
select pg_advisory_xact_lock(hashtextextended(:tenant_id::uuid::text || kernel.fold(:email), 0));

-- customer_with_email
select customer.id
from customers.customer
where customer.tenant_id = :tenant_id and customer.email_folded = kernel.fold(:email);

-- lock_customer
-- Held to the end of the transaction, so of two who change a customer the second sees the first.
select :columns_of_customer
from customers.customer
where customer.tenant_id = :tenant_id and customer.id = :customer_id
for no key update;

-- update_customer
update customers.customer
set
    email = :email,
    name = :name,
    phone = :phone,
    app_metadata = :app_metadata,
    internal_metadata = :internal_metadata,
    merged_into_id = :merged_into_id,
    erased_at = :erased_at,
    updated_at = now()
where customer.tenant_id = :tenant_id and customer.id = :customer_id
returning :columns_of_customer;

-- find_customer
select :columns_of_customer
from customers.customer
where
    customer.tenant_id = :tenant_id
    and customer.id = (
        select coalesce(asked.merged_into_id, asked.id)
        from customers.customer as asked
        where asked.tenant_id = :tenant_id and asked.id = :customer_id
    );

-- newest_customers
select :columns_of_customer
from customers.customer
where
    customer.tenant_id = :tenant_id
    and customer.merged_into_id is null
    and customer.erased_at is null
    and customer.email_folded = kernel.fold(:email) -- if :email
    and customer.id < :before -- if :before
order by customer.id desc
limit :most;

-- known_customers
-- Held to the end of the transaction, so that what is written for them is seen by whoever
-- merges or erases them next.
select customer.id
from customers.customer
where
    customer.tenant_id = :tenant_id
    and customer.id = any(:ids::uuid[])
    and customer.merged_into_id is null
    and customer.erased_at is null
order by customer.id
for key share;

-- usable_customers
select :columns_of_customer
from customers.customer
where
    customer.tenant_id = :tenant_id
    and customer.id = any(:ids::uuid[])
    and customer.merged_into_id is null
    and customer.erased_at is null
order by customer.id
for key share;

-- all_ids
with present as (
    select coalesce(asked.merged_into_id, asked.id) as id
    from customers.customer as asked
    where asked.tenant_id = :tenant_id and asked.id = :customer_id
)

select present.id from present
union all
select merged.id
from present
inner join customers.customer as merged
    on present.id = merged.merged_into_id
where merged.tenant_id = :tenant_id;
