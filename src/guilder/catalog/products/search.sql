-- forget_words
delete from catalog.search_word
where
    search_word.tenant_id = :tenant_id
    and search_word.product_id = any(:known_ids::uuid[])
    and not exists (
        select from unnest(:product_ids::uuid[], :words::text[]) as kept (product_id, word)
        where
            search_word.product_id = kept.product_id
            and search_word.word = kept.word collate "C"
    );

-- insert_words
insert into catalog.search_word (product_id, word)
select new.*
from unnest(:product_ids::uuid[], :words::text[]) as new
on conflict do nothing;
