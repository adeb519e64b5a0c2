-- The stream of AuditLog, which no transaction of the product has to create.
insert into streams (id, head_seq, head_hash)
values ('00000000-0000-7000-8000-0000000a0d17', 0, decode(repeat('00', 32), 'hex'));
