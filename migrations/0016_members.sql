-- Members of tenants, with what they may do.

-- What there is to be allowed, for every tenant the same: a resource and an action. `*` is any.
create table identity.permission (
    id uuid primary key default kernel.uuid7(),
    name text not null unique,
    resource text not null check (resource ~ '^(\*|[a-z_]+)$'),
    action text not null check (action ~ '^(\*|[a-z_]+)$'),
    description text not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (resource, action),
    check (name = case when resource = '*' and action = '*' then '*' else resource || ':' || action end)
);

grant select on identity.permission to guilder_app;

insert into identity.permission (name, resource, action, description)
select
    known.name,
    split_part(known.name, ':', 1),
    coalesce(nullif(split_part(known.name, ':', 2), ''), '*'),
    known.description
from (
    values
    ('*', 'everything'),
    ('*:read', 'see everything'),
    ('*:write', 'change everything but who owns the tenant'),
    ('api_keys:read', 'see API keys, without their secrets'),
    ('api_keys:write', 'make, replace and revoke API keys'),
    ('audit:read', 'see who did what'),
    ('checkout:read', 'see carts and checkouts'),
    ('checkout:write', 'fill carts, and hand them over to be paid'),
    ('customers:read', 'see customers'),
    ('customers:write', 'change, merge and erase customers'),
    ('disputes:read', 'see disputes'),
    ('disputes:write', 'answer disputes'),
    ('events:read', 'see what happened'),
    ('gateways:read', 'see gateways, without their secrets'),
    ('gateways:write', 'set up gateways and routes'),
    ('identity_providers:read', 'see where members sign in from elsewhere'),
    ('identity_providers:write', 'set up where members sign in from elsewhere'),
    ('inventory:read', 'see stock'),
    ('inventory:write', 'count and adjust stock'),
    ('ledger:read', 'see the books'),
    ('members:read', 'see members and invitations'),
    ('members:write', 'invite, change and remove members'),
    ('orders:read', 'see orders'),
    ('orders:write', 'send, take back, refund and cancel orders'),
    ('payment_methods:read', 'see saved payment methods'),
    ('payment_methods:write', 'save and detach payment methods'),
    ('payments:read', 'see payments'),
    ('payments:write', 'take, capture, cancel and refund payments'),
    ('products:read', 'see products and prices'),
    ('products:write', 'change products and prices'),
    ('promotions:read', 'see promotions'),
    ('promotions:write', 'change promotions'),
    ('quotas:read', 'see quotas and what is used of them'),
    ('roles:read', 'see roles'),
    ('roles:write', 'make, change and delete roles'),
    ('signing_keys:write', 'replace the key that signs checkouts'),
    ('storefront:read', 'see what is sold, as buyers do'),
    ('storefront:write', 'fill carts and check out, as buyers do'),
    ('tenant:own', 'hand the tenant over to another owner, and cancel it'),
    ('tenant:read', 'see the tenant'),
    ('tenant:write', 'change the tenant')
) as known (name, description);

create table identity.member (
    tenant_id uuid not null default kernel.tenant() references identity.tenant,
    id uuid not null default kernel.uuid7(),
    user_id uuid not null,
    home_tenant_id uuid not null,
    metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (tenant_id, id),
    unique (tenant_id, user_id),
    constraint member_is_user foreign key (home_tenant_id, user_id)
    references identity.user_account (tenant_id, id)
);

create index member_of_user on identity.member (home_tenant_id, user_id);
call kernel.isolate('identity.member');
call kernel.preserve(
    'identity.member', 'tenant_id', 'id', 'user_id', 'home_tenant_id', 'created_at'
);
grant select, insert, update, delete on identity.member to guilder_app;

-- The owner is a member, and stays one as long as the tenant is theirs.
alter table identity.tenant
add constraint tenant_owner foreign key (id, owner_id)
references identity.member (tenant_id, user_id);

create index tenant_owner on identity.tenant (id, owner_id);

create table identity.role (
    tenant_id uuid not null default kernel.tenant() references identity.tenant,
    id uuid not null default kernel.uuid7(),
    name text not null check (length(btrim(name)) between 1 and 100),
    name_folded text generated always as (kernel.fold(name)) stored,
    description text check (length(description) <= 500),
    built_in text check (built_in in ('owner', 'admin', 'developer', 'viewer')),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (tenant_id, id),
    unique (tenant_id, name_folded),
    unique (tenant_id, built_in),
    is_built_in boolean not null generated always as (built_in is not null) stored,
    unique (tenant_id, id, is_built_in),
    check (built_in is null or name = built_in)
);

call kernel.isolate('identity.role');
call kernel.preserve('identity.role', 'tenant_id', 'id', 'built_in', 'created_at');
create trigger keep_built_in before delete on identity.role for each row
when (old.is_built_in) execute function kernel.refuse_change('a built-in role');

grant select, insert, update, delete on identity.role to guilder_app;

-- What a built-in role holds is given with its foundation. The application cannot say that a row
-- is of such a role, and the key refuses one that does not say so.
create table identity.role_permission (
    tenant_id uuid not null default kernel.tenant(),
    role_id uuid not null,
    permission text not null references identity.permission (name),
    is_built_in boolean not null default false,
    primary key (tenant_id, role_id, permission),
    foreign key (tenant_id, role_id, is_built_in)
    references identity.role (tenant_id, id, is_built_in) on delete cascade
);

create index role_permission_permission on identity.role_permission (permission);
create index role_permission_role on identity.role_permission (tenant_id, role_id, is_built_in);
call kernel.isolate('identity.role_permission');
create trigger keep_built_in before delete on identity.role_permission for each row
when (old.is_built_in) execute function kernel.refuse_change('what a built-in role holds');

grant select, insert (tenant_id, role_id, permission), delete
on identity.role_permission to guilder_app;

-- Give the tenant the roles that every tenant has, once.
create function identity.found_roles(
    names text[], descriptions text[], holders text[], permissions text[]
) returns void
language sql volatile security definer
set search_path = ''
begin atomic
with founded as (
    insert into identity.role (tenant_id, name, description, built_in)
    select kernel.tenant(), new.name, new.description, new.name
    from unnest(names, descriptions) as new (name, description)
    returning role.id, role.built_in
)

insert into identity.role_permission (tenant_id, role_id, permission, is_built_in)
select kernel.tenant(), founded.id, pair.permission, true
from unnest(holders, permissions) as pair (holder, permission)
inner join founded on pair.holder = founded.built_in;
end;

grant execute on function
identity.found_roles(text[], text[], text[], text[]) to guilder_app;

-- The user_roles of the source model: a user holds roles as a member.
create table identity.member_role (
    tenant_id uuid not null default kernel.tenant(),
    member_id uuid not null,
    role_id uuid not null,
    created_at timestamptz not null default now(),
    primary key (tenant_id, member_id, role_id),
    foreign key (tenant_id, member_id) references identity.member (tenant_id, id) on delete cascade,
    foreign key (tenant_id, role_id) references identity.role (tenant_id, id)
);

create index member_role_role on identity.member_role (tenant_id, role_id);
call kernel.isolate('identity.member_role');
grant select, insert, delete on identity.member_role to guilder_app;

-- Of an invitation's token only the hash is kept; it is made when the mail is. Its address goes
-- when whoever it went to is forgotten.
create table identity.invitation (
    tenant_id uuid not null default kernel.tenant() references identity.tenant,
    id uuid not null default kernel.uuid7(),
    email text check (email like '%_@_%' and length(email) <= 254),
    email_folded text generated always as (kernel.fold(email)) stored,
    status text not null default 'pending'
    check (status in ('pending', 'accepted', 'declined', 'revoked')),
    token_hash bytea check (length(token_hash) = 32),
    invited_by text not null,
    message text check (length(message) <= 1000),
    mails integer not null default 0 check (mails between 0 and 10),
    last_mailed_at timestamptz,
    accepted_by uuid,
    expires_at timestamptz not null check (expires_at > created_at),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (tenant_id, id),
    unique (tenant_id, token_hash),
    check ((status = 'accepted') = (accepted_by is not null)),
    check (status = 'pending' or token_hash is null),
    check (email is not null or status <> 'pending' and message is null)
);

create unique index invitation_pending on identity.invitation (tenant_id, email_folded)
where status = 'pending';
create index invitation_mailed on identity.invitation (tenant_id, email_folded, last_mailed_at);
create index invitation_address on identity.invitation (email_folded, tenant_id);
create index invitation_acceptor on identity.invitation (accepted_by, tenant_id);
call kernel.isolate('identity.invitation');
call kernel.guard(
    'identity.invitation', 'status',
    'pending > accepted', 'pending > declined', 'pending > revoked'
);
call kernel.preserve('identity.invitation', 'tenant_id', 'id', 'created_at');
-- It goes to one address, which can be forgotten and not be exchanged.
create trigger preserve_email before update on identity.invitation for each row
when (new.email is not null and new.email is distinct from old.email)
execute function kernel.refuse_change('email');

call kernel.settle('identity.invitation', 'accepted_by');
grant select, insert, update on identity.invitation to guilder_app;

-- Where somebody was invited who is to be forgotten, some tenants at a time.
create function identity.tenants_that_invited(
    folded text, of_user uuid, until timestamptz, after_tenant uuid, most integer
) returns setof uuid
language plpgsql stable security definer
set search_path = ''
as $$
begin
    perform kernel.require_system();
    return query
    select asked.tenant_id
    from (
        select invitation.tenant_id, invitation.email, invitation.created_at
        from identity.invitation
        where invitation.email_folded = folded
        union all
        select invitation.tenant_id, invitation.email, invitation.created_at
        from identity.invitation
        where invitation.accepted_by = of_user
    ) as asked
    where asked.email is not null and asked.created_at <= until
    and (after_tenant is null or asked.tenant_id > after_tenant)
    group by asked.tenant_id
    order by asked.tenant_id
    limit most;
end
$$;

grant execute on function
identity.tenants_that_invited(text, uuid, timestamptz, uuid, integer) to guilder_app;

create table identity.invitation_role (
    tenant_id uuid not null default kernel.tenant(),
    invitation_id uuid not null,
    role_id uuid not null,
    primary key (tenant_id, invitation_id, role_id),
    foreign key (tenant_id, invitation_id) references identity.invitation (tenant_id, id),
    foreign key (tenant_id, role_id) references identity.role (tenant_id, id) on delete cascade
);

create index invitation_role_role on identity.invitation_role (tenant_id, role_id);
call kernel.isolate('identity.invitation_role');
grant select, insert, delete on identity.invitation_role to guilder_app;

-- Whether somebody is a user still, who stays one until the transaction ends: whoever forgets them
-- waits, and sees then where they belong. Asked before they are let in, wherever they are at home.
create function identity.hold_user(home_id uuid, of_user uuid) returns boolean
language sql volatile security definer
set search_path = ''
begin atomic
select user_account.deleted_at is null
from identity.user_account
where user_account.tenant_id = home_id and user_account.id = of_user
for key share;
end;

grant execute on function identity.hold_user(uuid, uuid) to guilder_app;

-- How members look: a member's user may be at home elsewhere. Only of members of this tenant.
create function identity.faces(of_users uuid[])
returns table (
    user_id uuid, email text, name text, username text, avatar_url text, language text,
    is_verified boolean, last_seen_at timestamptz
)
language sql stable security definer
set search_path = ''
begin atomic
select
    user_account.id, user_account.email, user_account.name, user_account.username,
    user_account.avatar_url, user_account.language, user_account.email_verified_at is not null,
    (
        select max(session.last_seen_at)
        from identity.session
        where session.tenant_id = user_account.tenant_id and session.user_id = user_account.id
    )
from identity.member
inner join identity.user_account
    on member.home_tenant_id = user_account.tenant_id and member.user_id = user_account.id
where member.tenant_id = kernel.tenant() and member.user_id = any(of_users);
end;

-- Whether an e-mail, folded, is that of somebody who is a member of this tenant.
create function identity.is_member_address(folded text) returns boolean
language sql stable security definer
set search_path = ''
begin atomic
select exists (
    select
    from identity.user_account
    inner join identity.member
        on
            user_account.tenant_id = member.home_tenant_id
            and user_account.id = member.user_id
            and member.tenant_id = kernel.tenant()
    where user_account.email_folded = folded
);
end;

-- Where a user is a member. Asked at home, of somebody who lives there.
create function identity.memberships(of_user uuid)
returns table (
    tenant_id uuid, name text, slug text, status text, is_owner boolean, member_id uuid,
    roles text[], created_at timestamptz
)
language sql stable security definer
set search_path = ''
begin atomic
select
    tenant.id, tenant.name, tenant.slug, tenant.status,
    coalesce(tenant.owner_id = member.user_id, false), member.id,
    array(
        select role.name
        from identity.member_role
        inner join identity.role
            on member_role.tenant_id = role.tenant_id and member_role.role_id = role.id
        where member_role.tenant_id = member.tenant_id and member_role.member_id = member.id
        order by role.name
    ),
    member.created_at
from identity.member
inner join identity.tenant on member.tenant_id = tenant.id
where member.home_tenant_id = kernel.tenant() and member.user_id = of_user;
end;

grant execute on function
identity.faces(uuid[]), identity.is_member_address(text), identity.memberships(uuid)
to guilder_app;
