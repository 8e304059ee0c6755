using Conductor.Costing;
using Conductor.Money;
using Conductor.Settings;
using Microsoft.Extensions.Configuration;

namespace Conductor.Core.Tests.Costing;

public sealed class PriceCatalogBuilderTests
{
    private static readonly CatalogModelSettings Mini = Row("openai", "gpt-4o-mini", new PriceSettings { Input = 0.15m, CachedInput = 0.075m, Output = 0.60m });

    [Fact]
    public void Build_DollarsPerMillion_BecomeNanoDollars()
    {
        var catalog = Build([Mini], Provider("openai", "openai"));

        Assert.Equal(
            new ModelPrice { InputPerMillion = new NanoUsd(150_000_000), CachedInputPerMillion = new NanoUsd(75_000_000), OutputPerMillion = new NanoUsd(600_000_000) },
            catalog.Find("openai", "gpt-4o-mini"));
    }

    [Fact]
    public void Find_NotInTheCatalogue_IsUnknownAndNotFree()
    {
        var catalog = Build([Mini], Provider("openai", "openai"));

        Assert.Null(catalog.Find("openai", "gpt-4o-mini-2099"));
        Assert.Null(catalog.Find("openai", "GPT-4O-MINI"));
        Assert.Null(catalog.Find("nobody", "gpt-4o-mini"));
    }

    [Fact]
    public void Build_RowNamesThePlugin_BelongsToEveryProviderOfThatPlugin()
    {
        var catalog = Build([Row("anthropic", "claude", new PriceSettings { Input = 3 })], Provider("team-a", "anthropic"), Provider("team-b", "anthropic"), Provider("other", "openai"));

        Assert.NotNull(catalog.Find("team-a", "claude"));
        Assert.NotNull(catalog.Find("team-b", "claude"));
        Assert.Null(catalog.Find("other", "claude"));
    }

    [Fact]
    public void Build_RowsOfProviderAndPlugin_TheProvidersOwnWins()
    {
        CatalogModelSettings[] rows = [Row("eu", "m", new PriceSettings { Input = 2 }), Row("azure-openai", "m", new PriceSettings { Input = 1 })];

        var catalog = Build(rows, Provider("eu", "azure-openai"));

        Assert.Equal(NanoUsd.FromUsd(2), catalog.Find("eu", "m")!.InputPerMillion);
        Assert.Equal(2, catalog.FindModel("eu", "m")!.UsdPerMillion!.Input);
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

        Assert.Equal(expected, catalog.Find("gpt", "gpt-4o-mini") is not null);
    }

    [Fact]
    public void Build_FreeProvider_EveryModelIsFreeWhateverItsRowSays()
    {
        var catalog = Build([Row("vllm", "llama", new PriceSettings { Input = 9 })], Provider("vllm", "openai-compatible", free: true));

        Assert.Same(ModelPrice.Free, catalog.Find("vllm", "llama"));
        Assert.Same(ModelPrice.Free, catalog.Find("vllm", "anything"));
        Assert.Equal("llama", catalog.FindModel("vllm", "llama")!.Model);
    }

    [Fact]
    public void Build_RowWithoutPrice_IsAModelWithUnknownPrice()
    {
        var catalog = Build([Row("openai", "m", null)], Provider("openai", "openai"));

        Assert.Null(catalog.Find("openai", "m"));
        Assert.NotNull(catalog.FindModel("openai", "m"));
        Assert.Null(catalog.FindModel("openai", "n"));
    }

    [Fact]
    public void Build_LongContext_TakesTheRowsFiguresAndRaisesCachePricesWithTheInput()
    {
        var price = new PriceSettings { Input = 3, CachedInput = 0.30m, CacheWrite = 3.75m, Output = 15, LongContextAbove = 200_000, LongInput = 6, LongOutput = 22.5m };

        var found = Build([Row("anthropic", "claude", price)], Provider("anthropic", "anthropic")).Find("anthropic", "claude")!;

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

        var found = Build([Row("openai", "m", price)], Provider("openai", "openai")).Find("openai", "m")!;

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
        ];

        var versions = variants.Select(variant => Build([Row("openai", "m", variant)], Provider("openai", "openai")).Version).ToList();
        versions.Add(Build([Row("openai", "m", price)], Provider("openai", "openai", free: true)).Version);

        Assert.Equal(versions.Distinct(), versions);
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

        Assert.NotNull(catalog.Find("hf", "meta/llama"));
        Assert.Null(catalog.Find("hf", "c"));
    }

    private static PriceCatalog Build(IReadOnlyList<CatalogModelSettings> rows, params (string Name, ProviderSettings Settings)[] providers) =>
        PriceCatalogBuilder.Build(new ConductorSettings { Catalog = rows, Providers = providers.ToDictionary(one => one.Name, one => one.Settings) });

    private static CatalogModelSettings Row(string provider, string model, PriceSettings? price) => new() { Provider = provider, Model = model, UsdPerMillion = price };

    private static (string Name, ProviderSettings Settings) Provider(string name, string plugin, string? address = null, bool free = false)
    {
        var section = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["base_url"] = address }).Build();
        return (name, new ProviderSettings { Plugin = plugin, Section = section, IsFree = free });
    }
}
