package dev.weft.examples.shop;

import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.ActiveProfiles;

/** Empties the tables of the shop there. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = "spring.r2dbc.url=${database}")
@ActiveProfiles("postgresql")
@EnabledIfSystemProperty(named = "database", matches = "r2dbc:postgresql:.+")
@Import(HalfWay.class)
class PostgresqlLoadTest extends Load {}
