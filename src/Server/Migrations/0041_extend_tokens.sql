alter table tokens
    add column name text not null default '',
    -- The beginning of the secret, by which its owner recognizes it.
    add column prefix text not null default '',
    add column last_used_at timestamptz;

-- The tokens of data folders name bundles from now on, which grow with the product.
update tokens set name = 'operator.token', scopes = '{control_plane,worker}'
where principal_id in (select id from principals where kind = 'operator');

update tokens set name = 'worker.token'
where principal_id in (select id from principals where kind = 'worker');
