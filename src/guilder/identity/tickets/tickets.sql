-- use_up
update identity.ticket
set used_at = now()
where
    ticket.tenant_id = :tenant_id
    and ticket.user_id = :user_id
    and ticket.purpose = :purpose -- if :purpose
    and ticket.used_at is null;

-- insert_ticket
insert into identity.ticket (user_id, purpose, email, token_hash, expires_at)
values (:user_id, :purpose, :email, :token_hash, now() + :lifetime)
returning :columns_of_ticket;

-- find_ticket
select :columns_of_ticket
from identity.ticket
where
    ticket.tenant_id = :tenant_id
    and ticket.token_hash = :token_hash
    and ticket.purpose = :purpose
    and ticket.used_at is null
    and ticket.expires_at > clock_timestamp();

-- use_ticket
-- Again with all that it needs: somebody else may have used it while this waited.
update identity.ticket
set used_at = now()
where
    ticket.tenant_id = :tenant_id
    and ticket.id = :ticket_id
    and ticket.used_at is null
    and ticket.expires_at > clock_timestamp()
returning ticket.id;
