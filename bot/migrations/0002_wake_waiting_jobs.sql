-- Procrastinate tells its workers about new jobs only. A job that waited for its lock, or that was
-- taken back from a dead worker, would wait for the next look at the table. This tells them too.

CREATE FUNCTION wake_waiting_jobs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify(
        'procrastinate_queue_v1#' || OLD.queue_name,
        json_build_object('type', 'job_inserted', 'job_id', OLD.id)::text
    );
    RETURN NULL;
END;
$$;

CREATE TRIGGER wake_after_deletion AFTER DELETE ON procrastinate_jobs
    FOR EACH ROW WHEN (OLD.status = 'doing' AND OLD.lock IS NOT NULL)
    EXECUTE FUNCTION wake_waiting_jobs();

CREATE TRIGGER wake_after_end AFTER UPDATE OF status ON procrastinate_jobs
    FOR EACH ROW WHEN (
        OLD.status = 'doing' AND NEW.status <> 'doing'
        AND (NEW.scheduled_at IS NULL OR NEW.scheduled_at <= clock_timestamp())
    )
    EXECUTE FUNCTION wake_waiting_jobs();

-- Finding the first job of each lock in a long queue.
CREATE INDEX jobs_waiting_by_lock ON procrastinate_jobs (lock, id) WHERE status = 'todo';
