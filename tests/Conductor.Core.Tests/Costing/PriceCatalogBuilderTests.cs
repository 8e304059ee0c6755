using Conductor.Costing;
using Conductor.Money;
using Conductor.Settings;
using Microsoft.Extensions.Configuration;

namespace Conductor.Core.Tests.Costing;

public sealed class PriceCatalogBuilderTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
    private static readonly CatalogModelSettings Mini = Row("openai", "gpt-4o-mini", new PriceSettings { Input = 0.15m, CachedInput = 0.075m, Output = 0.60m });

    [Fact]
    public void Build_DollarsPerMillion_BecomeNanoDollars()
    {
        var catalog = Build([Mini], Provider("openai", "openai"));

        Assert.Equal(
            new ModelPrice { InputPerMillion = new NanoUsd(150_000_000), CachedInputPerMillion = new NanoUsd(75_000_000), OutputPerMillion = new NanoUsd(600_000_000) },
            catalog.Find("openai", "gpt-4o-mini", Now));
    }

    [Fact]
    public void Find_NotInTheCatalogue_IsUnknownAndNotFree()
    {
        var catalog = Build([Mini], Provider("openai", "openai"));

        Assert.Null(catalog.Find("openai", "gpt-4o-mini-2099", Now));
        Assert.Null(catalog.Find("openai", "GPT-4O-MINI", Now));
        Assert.Null(catalog.Find("nobody", "gpt-4o-mini", Now));
    }

    [Fact]
    public void Build_RowNamesThePlugin_BelongsToEveryProviderOfThatPlugin()
    {
        var catalog = Build([Row("anthropic", "claude", new PriceSettings { Input = 3 })], Provider("team-a", "anthropic"), Provider("team-b", "anthropic"), Provider("other", "openai"));

        Assert.NotNull(catalog.Find("team-a", "claude", Now));
        Assert.NotNull(catalog.Find("team-b", "claude", Now));
        Assert.Null(catalog.Find("other", "claude", Now));
    }

    [Fact]
    public void Build_RowsOfProviderAndPlugin_TheProvidersOwnWins()
    {
        CatalogModelSettings[] rows = [Row("eu", "m", new PriceSettings { Input = 2 }), Row("azure-openai", "m", new PriceSettings { Input = 1 })];

        var catalog = Build(rows, Provider("eu", "azure-openai"));

        Assert.Equal(NanoUsd.FromUsd(2), catalog.Find("eu", "m", Now)!.InputPerMillion);
        Assert.Equal(2, catalog.FindModel("eu", "m")!.UsdPerMillion[0].Input);
    }

    [Theory]
    [InlineData("https://api.openai.com/v1", true)]
    [InlineData("https://API.OPENAI.COM", true)]
    [InlineData("https://api.openai.com.evil.example/v1", false)]
    [InlineData("http://127.0.0.1:8000/v1", false)]
    [InlineData("not an address", false)]
    public void Build_OpenAICompatible_HasOpenAIsPricesOnlyAtOpenAI(string address, bool expected)
    {
        var catalog = Build([Mini], Provider("gpt", "openai-compatible", address));

        Assert.Equal(expected, catalog.Find("gpt", "gpt-4o-mini", Now) is not null);
    }

    [Fact]
    public void Build_FreeProvider_EveryModelIsFreeWhateverItsRowSays()
    {
        var catalog = Build([Row("vllm", "llama", new PriceSettings { Input = 9 })], Provider("vllm", "openai-compatible", free: true));

        Assert.Same(ModelPrice.Free, catalog.Find("vllm", "llama", Now));
        Assert.Same(ModelPrice.Free, catalog.Find("vllm", "anything", Now));
        Assert.Equal("llama", catalog.FindModel("vllm", "llama")!.Model);
    }

    [Fact]
    public void Build_RowWithoutPrice_IsAModelWithUnknownPrice()
    {
        var catalog = Build([Row("openai", "m", null)], Provider("openai", "openai"));

        Assert.Null(catalog.Find("openai", "m", Now));
        Assert.NotNull(catalog.FindModel("openai", "m"));
        Assert.Null(catalog.FindModel("openai", "n"));
    }

    [Fact]
    public void Build_LongContext_TakesTheRowsFiguresAndRaisesCachePricesWithTheInput()
    {
        var price = new PriceSettings { Input = 3, CachedInput = 0.30m, CacheWrite = 3.75m, Output = 15, LongContextAbove = 200_000, LongInput = 6, LongOutput = 22.5m };

        var found = Build([Row("anthropic", "claude", price)], Provider("anthropic", "anthropic")).Find("anthropic", "claude", Now)!;

        Assert.Equal(200_000, found.LongContextAbove);
        Assert.Equal(
            new ModelPrice
            {
                InputPerMillion = NanoUsd.FromUsd(6),
                CachedInputPerMillion = NanoUsd.FromUsd(0.60m),
                CacheWritePerMillion = NanoUsd.FromUsd(7.50m),
                OutputPerMillion = NanoUsd.FromUsd(22.5m),
            },
            found.LongContext);
    }

    [Fact]
    public void Build_LongCachedPriceOfItsOwn_IsTaken()
    {
        var price = new PriceSettings { Input = 2, CachedInput = 0.1m, Output = 10, LongContextAbove = 272_000, LongInput = 4, LongCachedInput = 0.25m, LongOutput = 15 };

        var found = Build([Row("openai", "m", price)], Provider("openai", "openai")).Find("openai", "m", Now)!;

        Assert.Equal(NanoUsd.FromUsd(0.25m), found.LongContext!.CachedInputPerMillion);
    }

    [Fact]
    public void Build_PriceBelowZero_IsRefusedByName()
    {
        var failure = Assert.Throws<ArgumentException>(() => Build([Row("openai", "m", new PriceSettings { Output = -0.01m })], Provider("openai", "openai")));

        Assert.Contains("openai/m", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Version_SamePricesInAnotherOrder_IsTheSame()
    {
        var other = Row("openai", "other", new PriceSettings { Input = 1 });

        Assert.Equal(
            Build([Mini, other], Provider("openai", "openai"), Provider("b", "x")).Version,
            Build([other, Mini], Provider("b", "x"), Provider("openai", "openai")).Version);
        Assert.Matches("^[0-9a-f]{12}$", Build([Mini], Provider("openai", "openai")).Version);
    }

    [Fact]
    public void Version_AnyPriceChanged_IsAnother()
    {
        var price = new PriceSettings { Input = 1, CachedInput = 0.5m, CacheWrite = 1.25m, Output = 2, LongContextAbove = 1000, LongInput = 2, LongCachedInput = 1, LongOutput = 4 };
        PriceSettings[] variants =
        [
            price, price with { Input = 1.1m }, price with { CachedInput = null }, price with { CachedInput = 0 }, price with { CacheWrite = 2 }, price with { Output = 3 },
            price with { LongContextAbove = 2000 }, price with { LongInput = 3 }, price with { LongCachedInput = 2 }, price with { LongOutput = 5 },
            price with { CacheWriteHour = 2 }, price with { AudioInput = 2 }, price with { ImageInput = 2 }, price with { Embedding = 2 }, price with { Reasoning = 2 },
            price with { AudioOutput = 2 }, price with { ImageOutput = 2 }, price with { PerRequest = 2 }, price with { ValidFrom = Now }, price with { ValidUntil = Now },
            price with { LongContextAbove = null, Tiers = [new PriceTierSettings { Above = 5, Input = 2, Output = 3 }, new PriceTierSettings { Above = 9, Input = 2, Output = 3 }] },
        ];

        var versions = variants.Select(variant => Build([Row("openai", "m", variant)], Provider("openai", "openai")).Version).ToList();
        versions.Add(Build([Row("openai", "m", price)], Provider("openai", "openai", free: true)).Version);

        Assert.Equal(versions.Distinct(), versions);
    }

    [Fact]
    public void Find_PricesOfSeveralTimes_IsTheOneInForceAndUnknownBetween()
    {
        PriceSettings[] prices =
        [
            new() { Input = 2, ValidFrom = Now.AddDays(10) },
            new() { Input = 1, ValidUntil = Now },
        ];

        var catalog = Build([new CatalogModelSettings { Provider = "openai", Model = "m", UsdPerMillion = prices }], Provider("openai", "openai"));

        Assert.Equal(NanoUsd.FromUsd(1), catalog.Find("openai", "m", Now.AddTicks(-1))!.InputPerMillion);
        Assert.Null(catalog.Find("openai", "m", Now));
        Assert.Null(catalog.Find("openai", "m", Now.AddDays(10).AddTicks(-1)));
        Assert.Equal(NanoUsd.FromUsd(2), catalog.Find("openai", "m", Now.AddDays(10))!.InputPerMillion);
        Assert.Equal(NanoUsd.FromUsd(2), catalog.Find("openai", "m", DateTimeOffset.MaxValue)!.InputPerMillion);
    }

    [Fact]
    public void Build_Multiplier_AppliesToEveryFigureOfItsProvider()
    {
        var price = new PriceSettings { Input = 2, CacheWriteHour = 4, Output = 8, PerRequest = 0.1m, LongContextAbove = 10, LongInput = 4, LongOutput = 12 };
        var (name, settings) = Provider("reseller", "openai");

        var found = Build([Row("openai", "m", price)], (name, settings with { PriceMultiplier = 1.5m })).Find("reseller", "m", Now)!;

        Assert.Equal((NanoUsd.FromUsd(3), NanoUsd.FromUsd(6), NanoUsd.FromUsd(12), NanoUsd.FromUsd(0.15m)), (found.InputPerMillion, found.CacheWriteHourPerMillion, found.OutputPerMillion, found.PerRequest));
        Assert.Equal((NanoUsd.FromUsd(6), NanoUsd.FromUsd(12), NanoUsd.FromUsd(18), NanoUsd.FromUsd(0.15m)),
            (found.LongContext!.InputPerMillion, found.LongContext.CacheWriteHourPerMillion, found.LongContext.OutputPerMillion, found.LongContext.PerRequest));
    }

    [Fact]
    public void Changes_BetweenTwoCatalogues_AreSaidModelByModel()
    {
        var before = Build([Mini, Row("openai", "gone", new PriceSettings { Input = 1, Output = 2 }), Row("openai", "same", new PriceSettings { Input = 1, Output = 2 })], Provider("openai", "openai"));
        var after = Build(
            [
                Row("openai", "gpt-4o-mini", new PriceSettings { Input = 0.15m, CachedInput = 0.075m, Output = 0.75m, ValidFrom = Now, LongContextAbove = 1000, LongInput = 1, LongOutput = 2 }),
                Row("openai", "same", new PriceSettings { Input = 1, Output = 2 }),
                Row("openai", "new", new PriceSettings { Input = 0, Output = 0.5m, PerRequest = 0.01m }),
            ],
            Provider("openai", "openai"));

        Assert.Equal(
            [
                "openai/gone: input 1, output 2 → unknown",
                "openai/gpt-4o-mini: input 0.15, cached_input 0.075, output 0.6 → input 0.15, cached_input 0.075, output 0.75, above 1000 tokens input 1, cached_input 0.5, output 2 from 2026-11-20T12:00:00Z",
                "openai/new: unknown → input 0, output 0.5, per_request 0.01",
            ],
            PriceChanges.Between(before, after));
        Assert.Empty(PriceChanges.Between(after, after));
    }

    [Fact]
    public void Version_OnlyADisplayNameChanged_IsTheSame()
    {
        Assert.Equal(Build([Mini], Provider("openai", "openai")).Version, Build([Mini with { DisplayName = "Mini" }], Provider("openai", "openai")).Version);
    }

    [Fact]
    public void Catalog_MadeByHand_FindsByProviderAndModelWithSlashes()
    {
        var catalog = new PriceCatalog("v1", new Dictionary<string, ModelPrice> { ["hf/meta/llama"] = ModelPrice.Free, ["hf/b"] = ModelPrice.Free });

        Assert.NotNull(catalog.Find("hf", "meta/llama", Now));
        Assert.Null(catalog.Find("hf", "c", Now));
    }

    private static PriceCatalog Build(IReadOnlyList<CatalogModelSettings> rows, params (string Name, ProviderSettings Settings)[] providers) =>
        PriceCatalogBuilder.Build(new ConductorSettings { Catalog = rows, Providers = providers.ToDictionary(one => one.Name, one => one.Settings) });

    private static CatalogModelSettings Row(string provider, string model, PriceSettings? price) => new() { Provider = provider, Model = model, UsdPerMillion = price is null ? [] : [price] };

    private static (string Name, ProviderSettings Settings) Provider(string name, string plugin, string? address = null, bool free = false)
    {
        var section = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["base_url"] = address }).Build();
        return (name, new ProviderSettings { Plugin = plugin, Section = section, IsFree = free });
    }
}
