-- all_permissions
select :columns_of_permission
from identity.permission
order by permission.name collate "C";
