package dev.weft.examples.shop;

import static dev.weft.Async.await;
import static dev.weft.examples.shop.Account.SHOP;
import static dev.weft.reactor.ReactorAsync.awaitDone;

import org.springframework.context.ApplicationEventPublisher;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.reactive.TransactionalEventPublisher;

/**
 * Moves money and goods: each method is a transaction, as a whole or not at all, also if the customer leaves half-way.
 * Those who listen are told of an order by an event, after the commit.
 */
@Service
public class Sales {
    private final Accounts accounts;
    private final Items items;
    private final Orders orders;
    private final TransactionalEventPublisher events;

    Sales(Accounts accounts, Items items, Orders orders, ApplicationEventPublisher events) {
        this.accounts = accounts;
        this.items = items;
        this.orders = orders;
        this.events = new TransactionalEventPublisher(events);
    }

    /** Sells an item to a customer, who pays for it and for its delivery. */
    @PreAuthorize("hasRole('CUSTOMER')")
    @Transactional
    public Order place(String customer, Purchase purchase, int delivery) {
        Item item = await(items.findById(purchase.item()));
        if (item == null) throw new Refused("there is no " + purchase.item());
        if (await(items.take(item.name(), purchase.amount())) == 0)
            throw new Refused("there are only " + item.stock() + " of " + item.name());
        int total = item.price() * purchase.amount() + delivery;
        move(customer, SHOP, total);
        Order placed = await(orders.save(new Order(null, customer, item.name(), purchase.amount(), total, false)));
        awaitDone(events.publishEvent(placed));
        return placed;
    }

    /** Sends an order off, once. */
    @PreAuthorize("hasRole('CLERK')")
    @Transactional
    public Order ship(int id) {
        if (await(orders.ship(id)) == 0) throw new Refused("there is no order " + id + " to ship");
        Order shipped = await(orders.findById(id));
        awaitDone(events.publishEvent(shipped));
        return shipped;
    }

    /** Gives money to another customer. */
    @PreAuthorize("hasRole('CUSTOMER')")
    @Transactional
    public void transfer(String from, Transfer transfer) {
        if (transfer.to().equals(SHOP)) throw new Refused("the shop takes no gifts");
        move(from, transfer.to(), transfer.amount());
    }

    /** By the order of their names: if two moves locked the same accounts in different orders, each would wait for the other. */
    private void move(String from, String to, int amount) {
        if (from.compareTo(to) < 0) add(from, -amount);
        add(to, amount);
        if (from.compareTo(to) >= 0) add(from, -amount);
    }

    private void add(String name, int amount) {
        if (await(accounts.add(name, amount)) == 0)
            throw new Refused(amount < 0 ? name + " has too little money" : "there is no account of " + name);
    }
}
