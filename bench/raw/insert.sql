insert into raw_tasks (payload) values ('{"agent_id": "noop", "query": "nothing"}');
