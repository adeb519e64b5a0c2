-- Model calls whose price nobody knows, and which therefore count as free.
alter table runs add column unpriced_calls integer not null default 0;
