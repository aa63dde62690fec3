-- insert_jobs
select job.id
from jobs.enqueue(
    :kinds::text[],
    :payloads::jsonb[],
    :priorities::int2[],
    :run_ats::timestamptz[],
    :max_attempts::int2[],
    :unique_keys::text[]
) as job (id);

-- claim
select :columns_of_job
from jobs.claim(:kinds::text[], :most, :lease) as job;

-- advance
select jobs.advance(:most);

-- extend
select jobs.extend(:ids::uuid[], :attempts::int2[], :lease);

-- finish
select jobs.finish(:ids::uuid[], :attempts::int2[]);

-- fail
select jobs.fail(:job_id, :attempt::int2, :reason, :pause, :hopeless);
