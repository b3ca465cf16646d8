package dev.vtsbasic.it;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.options.AriaRole;
import dev.vtsbasic.testing.browser.Visitor;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The table of countries, which keeps its filter and order in the URL. */
abstract class CountryTableCases extends BrowserScene {
    @Test
    void theUrlFollowsFilterAndOrder() {
        visitor.open("/country");
        visitor.find("country-region").selectOption("Europe");
        assertThat(visitor.find("country-count")).hasText("52 of 252 countries");
        assertThat(page).hasURL(address("/country?region=Europe"));
        visitor.find("country-search").fill("cote");
        assertThat(visitor.find("country-count")).hasText("0 of 252 countries");
        assertThat(page).hasURL(address("/country?region=Europe&q=cote"));
        visitor.find("country-region").selectOption("");
        assertThat(rows(visitor)).containsText(new String[] {"Ivory Coast"});
        assertThat(page).hasURL(address("/country?q=cote"));
    }

    @Test
    void aHeaderSortsTheTable() {
        visitor.open("/country");
        Locator column = visitor.find("country-table")
                .getByRole(AriaRole.COLUMNHEADER, new Locator.GetByRoleOptions().setName("Country"));
        assertThat(column).hasAttribute("aria-sort", "ascending");
        assertThat(rows(visitor).first()).containsText("Afghanistan");
        column.getByRole(AriaRole.BUTTON).click();
        assertThat(column).hasAttribute("aria-sort", "descending");
        assertThat(page).hasURL(address("/country?sort=-name"));
        assertThat(rows(visitor).first()).containsText("Zimbabwe");
        page.goBack();
        assertThat(column).hasAttribute("aria-sort", "ascending");
        assertThat(rows(visitor).first()).containsText("Afghanistan");
    }

    @Test
    void aLinkToATableIsRenderedOnTheServer() {
        String path = "/country?q=portuguese&region=Africa&sort=-capital";
        String[] names = {"Sao Tome and Principe", "Cabo Verde", "Mozambique", "Angola", "Guinea-Bissau"};
        try (Visitor reader = chromium.visitWithoutJavaScript(server.uri())) {
            reader.load(path);
            assertThat(rows(reader)).containsText(names);
        }
        visitor.open(path);
        assertThat(rows(visitor)).containsText(names);
        assertThat(visitor.find("country-search")).hasValue("portuguese");
        assertThat(visitor.find("country-region")).hasValue("Africa");
    }

    @Test
    void enterInTheSearchFieldAddsNoOrderToTheUrl() {
        visitor.open("/country");
        visitor.find("country-search").fill("german");
        visitor.find("country-search").press("Enter");
        assertThat(page).hasURL(Pattern.compile("[?&]q=german"));
        assertThat(page).not().hasURL(Pattern.compile("sort="));
    }

    @Test
    void digitsCanBeSearchedFor() {
        visitor.open("/country");
        visitor.find("country-search").fill("44");
        assertThat(visitor.find("country-count")).not().hasText("252 of 252 countries");
        page.reload();
        assertThat(visitor.find("country-search")).hasValue("44");
        assertThat(visitor.find("country-count")).not().hasText("252 of 252 countries");
    }

    @Test
    void invalidQueryParametersShowTheWholeTable() {
        for (String query : List.of("region=nowhere&sort=nothing", "sort=name&sort=-name", "q=a&q=b")) {
            visitor.open("/country?" + query);
            assertThat(rows(visitor)).hasCount(252);
        }
    }
}
