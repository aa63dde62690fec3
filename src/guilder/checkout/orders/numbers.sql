-- take_numbers
select
    checkout.take_numbers(:tenant_id, :count) as first,
    array(select kernel.uuid7() from generate_series(1, :lines)) as line_ids;
