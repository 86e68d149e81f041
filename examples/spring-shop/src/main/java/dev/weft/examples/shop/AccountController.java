package dev.weft.examples.shop;

import static dev.weft.Async.await;
import static dev.weft.reactor.ReactorAsync.mono;

import java.security.Principal;
import java.util.List;
import org.springframework.http.HttpStatus;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

/** Money, and what it buys. */
@RestController
public class AccountController {
    private final Accounts accounts;
    private final Items items;
    private final Sales sales;
    private final Audit audit;

    AccountController(Accounts accounts, Items items, Sales sales, Audit audit) {
        this.accounts = accounts;
        this.items = items;
        this.sales = sales;
        this.audit = audit;
    }

    /** A {@code Mono}, as it may have been before. */
    @GetMapping("/account")
    @PreAuthorize("hasRole('CUSTOMER')")
    public Mono<Account> account(Principal customer) {
        return mono(() -> await(accounts.findById(customer.getName())));
    }

    @PostMapping("/transfers")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    public void transfer(Principal customer, @RequestBody Transfer transfer) {
        sales.transfer(customer.getName(), transfer);
    }

    @GetMapping("/items")
    public List<Item> items() {
        return items.findAllByOrderByName().collect(1_000);
    }

    @GetMapping("/audit")
    @PreAuthorize("hasRole('CLERK')")
    public Audit.Report audit() {
        return audit.report();
    }
}
