package dev.weft.examples.shop;

import org.jspecify.annotations.Nullable;
import org.springframework.data.annotation.Id;
import org.springframework.data.relational.core.mapping.Table;

/** What a customer has bought and paid for; its number is null until it is saved. */
@Table("shop_order")
public record Order(@Id @Nullable Integer id, String customer, String item, int amount, int total, boolean shipped) {}
