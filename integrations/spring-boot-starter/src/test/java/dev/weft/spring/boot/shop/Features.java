package dev.weft.spring.boot.shop;

import org.springframework.cache.annotation.EnableCaching;
import org.springframework.context.annotation.Configuration;
import org.springframework.scheduling.annotation.EnableScheduling;

/** Beside the application, so that slices leave it out. */
@Configuration(proxyBeanMethods = false)
@EnableCaching
@EnableScheduling
class Features {}
