-- session_desk
-- Whoever asks holds the carts, so nothing is handed over beside it.
select
    array(select kernel.uuid7() from generate_series(1, :count)) as ids,
    (
        select coalesce(
            jsonb_agg(
                jsonb_build_object(
                    'id', session.id,
                    'cart_id', session.cart_id,
                    'is_being_paid', coalesce(
                        not payments.has_come_to_nothing(payment.status), false
                    )
                )
            ),
            '[]'
        )
        from checkout.session
        left join payments.payment
            on session.tenant_id = payment.tenant_id and session.payment_id = payment.id
        where
            session.tenant_id = :tenant_id
            and session.cart_id = any(:cart_ids::uuid[])
            and session.status = 'open'
    ) as standing;

-- insert_sessions
insert into checkout.session (:fields_of_sessions)
select new.* from jsonb_to_recordset(:sessions) as new (:record_of_sessions);

-- find_session
select :columns_of_session
from checkout.session
where session.tenant_id = :tenant_id and session.id = :checkout_id;

-- newest_sessions
select :columns_of_session
from checkout.session
where
    session.tenant_id = :tenant_id
    and case -- if :status
        when session.status = 'open' and session.expires_at <= now() then 'expired' -- if :status
        else session.status -- if :status
    end = :status -- if :status
    and session.cart_id = :cart_id -- if :cart_id
    and session.customer_id = any(:customer_ids::uuid[]) -- if :customer_ids
    and session.id < :before -- if :before
order by session.id desc
limit :most;
