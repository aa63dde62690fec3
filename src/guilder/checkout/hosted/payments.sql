-- note_told
-- Whoever notes it holds the checkout, and nobody is paying for it.
update checkout.session
set told = :told, updated_at = now()
where session.tenant_id = :tenant_id and session.id = :checkout_id;

-- language_told
-- No part of who buys: it says how to write to them, and is shown nowhere.
select session.told ->> 'language' as language
from checkout.session
where session.tenant_id = :tenant_id and session.order_id = :order_id;
