using Conductor.Calls;
using Conductor.Core.Tests.Storage;
using Conductor.Costing;
using Conductor.Money;
using Conductor.Settings;
using Conductor.Storage;
using Conductor.Usage;

namespace Conductor.Core.Tests.Usage;

public sealed class RepriceTests
{
    private static readonly DateTimeOffset NewYear = new(2027, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Compare_EachRowAtThePriceOfItsTime()
    {
        var store = new InMemoryLedgerStore();
        await store.AppendAsync(
            [
                LedgerRows.Row("booked right", nanoUsd: 30_000),
                LedgerRows.Row("booked too low", nanoUsd: 10),
                LedgerRows.Row("after New Year", nanoUsd: 60_000) with { StartedAt = NewYear },
                LedgerRows.Row("unknown then") with { Cost = null, CostStatus = CostStatus.Unknown },
                LedgerRows.Row("released", nanoUsd: 0) with { CostStatus = CostStatus.Released },
                LedgerRows.Row("interrupted", nanoUsd: 99) with { CostStatus = CostStatus.Interrupted },
                LedgerRows.Row("unpriced", nanoUsd: 7) with { Model = "other" },
            ],
            default);
        var settings = new ConductorSettings
        {
            Providers = new Dictionary<string, ProviderSettings> { ["openai"] = ProviderSettings.Without("openai") },
            Catalog = [new CatalogModelSettings { Provider = "openai", Model = "gpt-4o-mini", UsdPerMillion = [new PriceSettings { Input = 1, Output = 1, ValidUntil = NewYear }, new PriceSettings { Input = 2, Output = 2, ValidFrom = NewYear }] }],
        };

        var models = await new Reprice(store).CompareAsync(new UsageFilter(), PriceCatalogBuilder.Build(settings), default);

        Assert.Equal(
            [
                new RepricedModel { Model = "openai/gpt-4o-mini", Rows = 6, Changed = 2, Booked = new NanoUsd(30_000 + 10 + 60_000 + 99), Repriced = new NanoUsd(30_000 + 30_000 + 60_000 + 30_000 + 99) },
                new RepricedModel { Model = "openai/other", Rows = 1, Unpriced = 1, Booked = new NanoUsd(7), Repriced = new NanoUsd(7) },
            ],
            models);
    }
}
