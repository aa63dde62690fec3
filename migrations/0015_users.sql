-- Users, who can sign in, and what they prove themselves with.

-- The name in the seeds is User, which SQL has taken. A user's row lies in the home tenant; e-mail
-- and username are one for the whole system. Who was forgotten keeps nothing but the place.
create table identity.user_account (
    tenant_id uuid not null default kernel.tenant() references identity.tenant,
    id uuid not null default kernel.uuid7(),
    email text check (email like '%_@_%' and length(email) <= 254),
    email_folded text generated always as (kernel.fold(email)) stored,
    email_verified_at timestamptz,
    username text check (username ~ '^[A-Za-z0-9]([A-Za-z0-9._-]{1,30})[A-Za-z0-9]$'),
    username_folded text generated always as (kernel.fold(username)) stored,
    password_hash text check (password_hash like '$2b$%' and length(password_hash) = 60),
    name text check (length(btrim(name)) between 1 and 200),
    first_name text check (length(btrim(first_name)) between 1 and 100),
    last_name text check (length(btrim(last_name)) between 1 and 100),
    avatar_url text check (avatar_url ~ '^https?://' and length(avatar_url) <= 2000),
    phone_number text check (phone_number ~ '^\+?[0-9 ()./-]{3,30}$'),
    sso_provider text check (length(sso_provider) between 1 and 500),
    sso_subject text check (length(sso_subject) between 1 and 255),
    stripe_customer_id text check (length(stripe_customer_id) between 1 and 255),
    stripe_subscription_id text check (length(stripe_subscription_id) between 1 and 255),
    language text not null default 'en' check (language in ('en', 'de', 'es', 'fr')),
    metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
    deleted_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (tenant_id, id),
    check ((sso_provider is null) = (sso_subject is null)),
    check ((email is null) = (deleted_at is not null)),
    check (
        deleted_at is null
        or num_nonnulls(
            username, password_hash, name, first_name, last_name, avatar_url, phone_number,
            sso_provider, stripe_customer_id, stripe_subscription_id, email_verified_at
        ) = 0 and metadata = '{}'
    )
);

create unique index user_account_email on identity.user_account (email_folded);
create unique index user_account_username on identity.user_account (username_folded);
create unique index user_account_sso on identity.user_account (sso_provider, sso_subject);
call kernel.isolate('identity.user_account');
call kernel.preserve('identity.user_account', 'tenant_id', 'id', 'created_at');
grant select, insert, update on identity.user_account to guilder_app;

-- Where somebody is at home who gives an e-mail or a username, both folded, or a subject of an
-- issuer. Whoever signs in has named no tenant yet.
create function identity.home_of(kind text, folded text, issuer text default null)
returns table (tenant_id uuid, user_id uuid)
language sql stable security definer
set search_path = ''
begin atomic
select kernel.require_system();
select user_account.tenant_id, user_account.id
from identity.user_account
where kind = 'email' and user_account.email_folded = folded
union all
select user_account.tenant_id, user_account.id
from identity.user_account
where kind = 'username' and user_account.username_folded = folded
union all
select user_account.tenant_id, user_account.id
from identity.user_account
where
    kind = 'sso' and user_account.sso_provider = issuer and user_account.sso_subject = folded;
end;

-- Whether an e-mail is somebody's, wherever they are at home: whoever chooses one has to be told.
create function identity.is_email_taken(folded text) returns boolean
language sql stable security definer
set search_path = ''
begin atomic
select exists (select from identity.user_account where user_account.email_folded = folded);
end;

grant execute on function
identity.home_of(text, text, text), identity.is_email_taken(text) to guilder_app;

-- Give a user another e-mail, unless it is somebody's: of two who take it at once, one waits for
-- the other and is told. It is confirmed with that, since only a mail to it leads here.
create function identity.take_email(of_user uuid, new_email text) returns boolean
language plpgsql
set search_path = ''
as $$
begin
    update identity.user_account
    set email = new_email, email_verified_at = now(), updated_at = now()
    where user_account.tenant_id = kernel.tenant() and user_account.id = of_user;
    return found;
exception when unique_violation then
    return false;
end
$$;

-- Let a user be found by another username, unless somebody is: of two, one waits and is told.
create function identity.take_username(of_user uuid, new_username text) returns boolean
language plpgsql
set search_path = ''
as $$
begin
    update identity.user_account
    set username = new_username
    where user_account.tenant_id = kernel.tenant() and user_account.id = of_user;
    return found;
exception when unique_violation then
    return false;
end
$$;

grant execute on function
identity.take_email(uuid, text), identity.take_username(uuid, text) to guilder_app;

-- Of a session only the hash of its token is kept. After its end nothing opens.
create table identity.session (
    tenant_id uuid not null default kernel.tenant(),
    id uuid not null default kernel.uuid7(),
    user_id uuid not null,
    token_hash bytea not null check (length(token_hash) = 32),
    is_second_factor_shown boolean not null default false,
    address text check (length(address) <= 100),
    user_agent text check (length(user_agent) <= 500),
    last_seen_at timestamptz not null default now(),
    expires_at timestamptz not null check (expires_at > created_at),
    ended_at timestamptz,
    ended_because text check (
        ended_because in (
            'signed_out', 'revoked', 'renewed', 'password_changed', 'email_changed',
            'second_factor_changed', 'deleted'
        )
    ),
    created_at timestamptz not null default now(),
    primary key (tenant_id, id),
    unique (tenant_id, token_hash),
    foreign key (tenant_id, user_id) references identity.user_account (tenant_id, id),
    check ((ended_at is null) = (ended_because is null))
);

create index session_of_user on identity.session (tenant_id, user_id, id);
call kernel.isolate('identity.session');
call kernel.preserve(
    'identity.session', 'tenant_id', 'id', 'user_id', 'token_hash', 'is_second_factor_shown',
    'expires_at', 'created_at'
);
call kernel.settle('identity.session', 'ended_at', 'ended_because');
grant select, insert, update on identity.session to guilder_app;

-- How long a session is good for without being used.
create function identity.session_idle() returns interval
language sql immutable parallel safe
return interval '7 days';

-- Who comes with a session, into whatever tenant. The token names the home.
create function identity.session_standing(home_id uuid, hash bytea)
returns table (
    session_id uuid, user_id uuid, home_tenant_id uuid, is_verified boolean, home_status text
)
language sql stable security definer
set search_path = ''
begin atomic
select
    session.id, session.user_id, session.tenant_id, user_account.email_verified_at is not null,
    tenant.status
from identity.session
inner join identity.user_account
    on session.tenant_id = user_account.tenant_id and session.user_id = user_account.id
inner join identity.tenant on session.tenant_id = tenant.id
where
    session.tenant_id = home_id
    and session.token_hash = hash
    and session.ended_at is null
    and session.expires_at > now()
    and session.last_seen_at > now() - identity.session_idle()
    and user_account.deleted_at is null;
end;

grant execute on function
identity.session_idle(), identity.session_standing(uuid, bytea) to guilder_app;

-- What a mail carries to prove that it arrived: used once, for a while, and kept as a hash.
create table identity.ticket (
    tenant_id uuid not null default kernel.tenant(),
    id uuid not null default kernel.uuid7(),
    user_id uuid not null,
    purpose text not null check (purpose in ('verify_email', 'change_email', 'reset_password')),
    email text not null check (email like '%_@_%' and length(email) <= 254),
    token_hash bytea not null check (length(token_hash) = 32),
    expires_at timestamptz not null check (expires_at > created_at),
    used_at timestamptz,
    created_at timestamptz not null default now(),
    primary key (tenant_id, id),
    unique (tenant_id, token_hash),
    foreign key (tenant_id, user_id) references identity.user_account (tenant_id, id)
);

create index ticket_of_user on identity.ticket (tenant_id, user_id, purpose);
call kernel.isolate('identity.ticket');
call kernel.preserve(
    'identity.ticket', 'tenant_id', 'id', 'user_id', 'purpose', 'email', 'token_hash',
    'expires_at', 'created_at'
);
call kernel.settle('identity.ticket', 'used_at');
grant select, insert, update, delete on identity.ticket to guilder_app;

-- A second factor counts once it is confirmed. A step of its clock is good for one use.
create table identity.second_factor (
    tenant_id uuid not null default kernel.tenant(),
    user_id uuid not null,
    secret_sealed bytea not null,
    confirmed_at timestamptz,
    last_step bigint not null default 0 check (last_step >= 0),
    created_at timestamptz not null default now(),
    primary key (tenant_id, user_id),
    foreign key (tenant_id, user_id) references identity.user_account (tenant_id, id)
);

call kernel.isolate('identity.second_factor');
grant select, insert, update, delete on identity.second_factor to guilder_app;

create table identity.recovery_code (
    tenant_id uuid not null default kernel.tenant(),
    user_id uuid not null,
    code_hash bytea not null check (length(code_hash) = 32),
    used_at timestamptz,
    primary key (tenant_id, user_id, code_hash),
    foreign key (tenant_id, user_id) references identity.second_factor (tenant_id, user_id)
    on delete cascade
);

call kernel.isolate('identity.recovery_code');
call kernel.preserve('identity.recovery_code', 'tenant_id', 'user_id', 'code_hash');
call kernel.settle('identity.recovery_code', 'used_at');
grant select, insert, update, delete on identity.recovery_code to guilder_app;

-- Attempts, by the hash of who was tried and of where they came from. It belongs to no tenant,
-- since mostly nobody has signed in yet; a guess is counted before it is looked at.
create table identity.brake (
    kind text not null check (kind in ('account', 'address', 'sign_up', 'mail', 'code', 'code_place')),
    key_hash bytea not null check (length(key_hash) = 32),
    attempts integer not null check (attempts > 0),
    is_too_soon boolean not null default false,
    open_at timestamptz not null,
    last_at timestamptz not null,
    primary key (kind, key_hash)
);

create index brake_last on identity.brake (last_at);

-- Count an attempt, and say how long to wait before it may be looked at. The first ones are free,
-- then the pause doubles with each, and an hour of silence forgets them. Where a tenant's work
-- goes on whatever becomes of the guess, it is counted in the transaction of that.
create function identity.brake_attempt(
    kind text, key_hash bytea, free integer, most interval
) returns table (pause interval, attempts integer)
language sql volatile security definer
set search_path = ''
begin atomic
insert into identity.brake as known (kind, key_hash, attempts, open_at, last_at)
values (
    brake_attempt.kind, brake_attempt.key_hash, 1, clock_timestamp(), clock_timestamp()
)
on conflict on constraint brake_pkey do update set
    attempts = case
        when known.last_at < clock_timestamp() - interval '1 hour' then 1
        when known.open_at > clock_timestamp() then known.attempts
        else known.attempts + 1
    end,
    is_too_soon = known.open_at > clock_timestamp(),
    open_at = case
        when known.last_at < clock_timestamp() - interval '1 hour' then clock_timestamp()
        when known.open_at > clock_timestamp() then known.open_at
        when known.attempts < brake_attempt.free then clock_timestamp()
        else clock_timestamp() + least(
            brake_attempt.most,
            interval '1 second' * power(2, least(known.attempts - brake_attempt.free, 20))
        )
    end,
    last_at = clock_timestamp()
returning
    case when known.is_too_soon then known.open_at - clock_timestamp() else interval '0' end,
    known.attempts;
end;

-- Whoever has shown who they are has not guessed.
create function identity.release_brake(kind text, key_hash bytea) returns void
language sql volatile security definer
set search_path = ''
begin atomic
select kernel.require_system();
delete from identity.brake
where brake.kind = release_brake.kind and brake.key_hash = release_brake.key_hash;
end;

-- An attempt that turned out to be none. Whoever guesses beside that is not forgiven.
create function identity.take_back_attempt(kind text, key_hash bytea) returns void
language sql volatile security definer
set search_path = ''
begin atomic
update identity.brake
set attempts = brake.attempts - 1
where
    brake.kind = take_back_attempt.kind
    and brake.key_hash = take_back_attempt.key_hash
    and brake.attempts > 1;
end;

create function identity.forget_brakes() returns bigint
language sql volatile security definer
set search_path = ''
begin atomic
select kernel.require_system();
with gone as (
    delete from identity.brake
    where brake.last_at < now() - interval '1 day'
    returning 1
)

select count(*) from gone;
end;

grant execute on function
identity.brake_attempt(text, bytea, integer, interval), identity.release_brake(text, bytea),
identity.take_back_attempt(text, bytea), identity.forget_brakes() to guilder_app;

-- What a user wants to be told by mail. What concerns the account's safety is always sent.
create table identity.email_preferences (
    tenant_id uuid not null default kernel.tenant(),
    user_id uuid not null,
    product_updates boolean not null default true,
    weekly_summary boolean not null default true,
    payment_alerts boolean not null default true,
    marketing boolean not null default false,
    updated_at timestamptz not null default now(),
    primary key (tenant_id, user_id),
    foreign key (tenant_id, user_id) references identity.user_account (tenant_id, id)
);

call kernel.isolate('identity.email_preferences');
grant select, insert, update on identity.email_preferences to guilder_app;

-- What processes have seen of users since the last count, and what a day came to.
create table identity.activity (
    tenant_id uuid not null default kernel.tenant() references identity.tenant,
    id uuid not null default kernel.uuid7(),
    user_id uuid not null,
    day date not null,
    sign_ins integer not null default 0 check (sign_ins >= 0),
    api_calls integer not null default 0 check (api_calls >= 0),
    last_seen_at timestamptz not null,
    primary key (tenant_id, id)
);

call kernel.isolate('identity.activity');
grant select, insert, update, delete on identity.activity to guilder_app;

-- Whose notes there are to count, some tenants at a time.
create function identity.tenants_with_activity(after_tenant uuid, most integer)
returns setof uuid
language plpgsql stable security definer
set search_path = ''
as $$
begin
    perform kernel.require_system();
    return query
    select distinct activity.tenant_id
    from identity.activity
    where after_tenant is null or activity.tenant_id > after_tenant
    order by activity.tenant_id
    limit most;
end
$$;

grant execute on function identity.tenants_with_activity(uuid, integer) to guilder_app;

create table identity.user_metric (
    tenant_id uuid not null default kernel.tenant() references identity.tenant,
    user_id uuid not null,
    day date not null,
    sign_ins integer not null default 0 check (sign_ins >= 0),
    api_calls bigint not null default 0 check (api_calls >= 0),
    last_seen_at timestamptz not null,
    primary key (tenant_id, user_id, day)
);

call kernel.isolate('identity.user_metric');
grant select, insert, update, delete on identity.user_metric to guilder_app;
