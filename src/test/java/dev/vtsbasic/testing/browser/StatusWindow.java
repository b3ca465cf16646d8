package dev.vtsbasic.testing.browser;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;

/** Reads the status page in a browser, and signs in to it. */
public final class StatusWindow {
    private StatusWindow() {}

    public static Locator row(Page page, String table, String name) {
        return page.locator("#" + table + " tr")
                .filter(new Locator.FilterOptions().setHasText(name))
                .first();
    }

    public static void signIn(Page page, String token) {
        page.getByLabel("Token").fill(token);
        page.getByText("Sign in", new Page.GetByTextOptions().setExact(true))
                .last()
                .click();
    }
}
