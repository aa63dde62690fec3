-- insert_activity
insert into identity.activity (user_id, day, sign_ins, api_calls, last_seen_at)
values (
    :user_id,
    (:at::timestamptz at time zone 'utc')::date,
    :sign_ins,
    :api_calls,
    :at
);
