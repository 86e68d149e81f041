package dev.weft.examples.shop;

import org.springframework.data.annotation.Id;
import org.springframework.data.relational.core.mapping.Table;

/** The money of a customer, or of the shop, in cents. */
@Table("shop_account")
public record Account(@Id String name, int balance) {
    static final String SHOP = "shop";
}
