package dev.weft.examples.shop;

import org.springframework.data.annotation.Id;
import org.springframework.data.relational.core.mapping.Table;

/** Something to buy, and how many there are. */
@Table("shop_item")
public record Item(@Id String name, int price, int stock) {}
