insert into shop_account values ('ann', 1000000), ('bob', 1000000), ('shop', 0) on conflict do nothing;
insert into shop_item values ('cup', 800, 500), ('pot', 2500, 200), ('tea', 600, 1000) on conflict do nothing;
