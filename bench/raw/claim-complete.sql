update raw_tasks set state = 'running'
where id = (select id from raw_tasks where state = 'queued' order by id for update skip locked limit 1)
returning id \gset
update raw_tasks set state = 'completed' where id = :id;
