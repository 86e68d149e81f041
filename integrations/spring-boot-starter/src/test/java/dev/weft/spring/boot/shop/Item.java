package dev.weft.spring.boot.shop;

import org.springframework.data.annotation.Id;

public record Item(@Id Integer id, String name, int stock) {}
