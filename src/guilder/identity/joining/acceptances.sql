-- user_of_session
select :columns_of_user_account
from identity.session_standing(:tenant_id, :token_hash) as standing
inner join identity.user_account
    on
        user_account.tenant_id = :tenant_id
        and standing.user_id = user_account.id;
