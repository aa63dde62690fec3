-- note_told
-- Whoever notes it holds the checkout, and nobody is paying for it.
update checkout.session
set told = :told, updated_at = now()
where session.tenant_id = :tenant_id and session.id = :checkout_id;
