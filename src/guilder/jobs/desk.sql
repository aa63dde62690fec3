-- inspect
select
    job.id,
    job.tenant_id,
    job.kind,
    job.payload,
    job.status,
    job.priority,
    job.run_at,
    job.attempt,
    job.max_attempts,
    job.unique_key,
    job.last_error,
    job.created_at,
    job.died_at
from jobs.inspect(:status, :kind, :most) as job;

-- retry_job
select jobs.retry(:job_id);

-- drop_job
select jobs.drop(:job_id);

-- census
select
    state.status,
    state.jobs,
    state.oldest_seconds
from jobs.census() as state;
