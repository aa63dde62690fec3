-- inspect
select :columns_of_job
from jobs.inspect(:status, :kind, :most) as job;

-- retry_job
select jobs.retry(:job_id);

-- drop_job
select jobs.drop(:job_id);

-- given_up
select jobs.given_up();

-- census
select
    state.status,
    state.jobs,
    state.oldest_seconds
from jobs.census() as state;
