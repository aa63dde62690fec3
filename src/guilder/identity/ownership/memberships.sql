-- find_memberships
select :columns_of_membership
from identity.memberships(:user_id) as membership
order by membership.created_at, membership.tenant_id;
