-- What every later table calls: who the tenant is, row security, ids, folding, guarded lives.

grant usage on schema kernel to guilder_app;

-- A process looks whether it fits the database before it serves.
grant select on kernel.migration to guilder_app;

-- The tenant of this transaction. With none named the cast fails, and with it the statement.
create function kernel.tenant() returns uuid
language sql stable parallel safe
return current_setting('guilder.tenant')::uuid;

-- The few functions that look across tenants refuse to run inside one.
create function kernel.require_system() returns void
language plpgsql stable
set search_path = ''
as $$
begin
    if coalesce(current_setting('guilder.tenant', true), '') <> '' then
        raise insufficient_privilege using message = 'this runs outside of every tenant';
    end if;
end
$$;

-- Version 7: milliseconds first, then a fraction of one, so that ids of one session rise.
do $$
begin
    if current_setting('server_version_num')::int >= 180000 then
        create function kernel.uuid7() returns uuid
        language sql volatile parallel safe
        return pg_catalog.uuidv7();
    else
        create function kernel.uuid7() returns uuid
        language sql volatile parallel safe
        return (
            select encode(
                overlay(
                    overlay(
                        uuid_send(gen_random_uuid())
                        placing substring(int8send(now_us.value / 1000) from 3) from 1 for 6
                    )
                    placing substring(
                        int4send((28672 + (now_us.value % 1000) * 4096 / 1000)::int) from 3
                    )
                    from 7 for 2
                ),
                'hex'
            )::uuid
            from (select (extract(epoch from clock_timestamp()) * 1000000)::bigint) as now_us (value)
        );
    end if;
end
$$;

-- Two spellings of one name compare equal: full width, ligatures, case, and the German sharp s.
do $$
begin
    if current_setting('server_version_num')::int >= 180000 then
        create function kernel.fold(value text) returns text
        language sql immutable strict parallel safe
        return pg_catalog.casefold(normalize(value, nfkc) collate "pg_unicode_fast");
    else
        create function kernel.fold(value text) returns text
        language sql immutable strict parallel safe
        return replace(lower(normalize(value, nfkc)), 'ß', 'ss');
    end if;
end
$$;

-- Row security of a tenant's table. The one place in which the policy stands.
-- The owner passes, since migrations and the definer functions of the system act as the owner;
-- and is not named, so that a backup can be restored by an owner of another name.
create procedure kernel.isolate(relation regclass, tenant_column name default 'tenant_id')
language plpgsql
set search_path = ''
as $$
begin
    execute format('alter table %s enable row level security', relation);
    execute format('alter table %s force row level security', relation);
    execute format(
        'create policy tenant on %s to guilder_app using (%I = (select kernel.tenant()))',
        relation, tenant_column);
    execute format('create policy owner on %s to pg_database_owner using (true)', relation);
end
$$;

-- A life of a column: only the arrows drawn here are walked. They are compiled into the
-- trigger function, so the guard reads no table; the trigger's arguments keep them readable.
-- A table may lead several lives, each with a guard that is named after its column.
create procedure kernel.guard(relation regclass, life_column name, variadic arrows text[])
language plpgsql
set search_path = ''
as $$
declare
    place record;
    guard_name name;
    pairs text;
begin
    select namespace.nspname as schema_name, class.relname as table_name into place
    from pg_catalog.pg_class as class
    join pg_catalog.pg_namespace as namespace on namespace.oid = class.relnamespace
    where class.oid = relation;
    guard_name := format('guard_%s_%s', place.table_name, life_column);
    select string_agg(
        format('(%L, %L)', split_part(arrow, ' > ', 1), split_part(arrow, ' > ', 2)), ', '
    ) into pairs
    from unnest(arrows) as arrow;
    execute format(
        'create function %1$I.%2$I() returns trigger language plpgsql set search_path = '''' as $guard$
         begin
             if (old.%3$I, new.%3$I) in (%4$s) then
                 return new;
             end if;
             raise check_violation using
                 message = format(''%5$s: %%s > %%s'', old.%3$I, new.%3$I),
                 constraint = %2$L, schema = %1$L, table = %6$L;
         end
         $guard$',
        place.schema_name, guard_name, life_column, pairs, relation, place.table_name);
    execute format(
        'create trigger %I before update on %s for each row
         when (old.%I is distinct from new.%I) execute function %I.%I(%s)',
        'guard_' || life_column, relation, life_column, life_column,
        place.schema_name, guard_name,
        (select string_agg(quote_literal(arrow), ', ') from unnest(arrows) as arrow));
end
$$;

-- Columns that keep what was first written into them, whatever else of the row may change.
create function kernel.refuse_change() returns trigger
language plpgsql
set search_path = ''
as $$
begin
    raise check_violation using
        message = format('%I.%I: %s never changes', tg_table_schema, tg_table_name, tg_argv[0]),
        constraint = tg_name, schema = tg_table_schema, table = tg_table_name;
end
$$;

create procedure kernel.preserve(relation regclass, variadic columns text[])
language plpgsql
set search_path = ''
as $$
declare
    listed text := (
        select string_agg(format('%%1$s.%I', name), ', ') from unnest(columns) as name
    );
begin
    execute format(
        'create trigger preserve before update on %s for each row
         when (row(%s) is distinct from row(%s)) execute function kernel.refuse_change(%L)',
        relation, format(listed, 'old'), format(listed, 'new'), array_to_string(columns, ', '));
end
$$;

-- Columns that stay as they are once something stands in them: what has ended, been used or been
-- answered stays so, and since when.
create procedure kernel.settle(relation regclass, variadic columns text[])
language plpgsql
set search_path = ''
as $$
declare
    is_touched text := (
        select string_agg(
            format('(old.%1$I is not null and new.%1$I is distinct from old.%1$I)', name), ' or '
        )
        from unnest(columns) as name
    );
begin
    execute format(
        'create trigger settle before update on %s for each row
         when (%s) execute function kernel.refuse_change(%L)',
        relation, is_touched, 'once it is set, ' || array_to_string(columns, ', '));
end
$$;

grant execute on function
kernel.tenant(), kernel.require_system(), kernel.uuid7(), kernel.fold(text)
to guilder_app;
