-- plan
select jobs.plan(:name, :cron, :zone, :first_at);

-- move_on
select jobs.move_on(:name, :due_at, :following_at);
