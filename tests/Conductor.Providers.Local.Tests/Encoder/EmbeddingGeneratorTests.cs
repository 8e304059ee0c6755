using Conductor.Plugins;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace Conductor.Providers.Local.Tests.Encoder;

public class EmbeddingGeneratorTests
{
    [Fact]
    public async Task Generate_Texts_GivesUnitVectorsOfTheirMeaningAndCountsWordPieces()
    {
        await using var services = Start();
        var generator = Generator(services);

        var made = await generator.GenerateAsync(["A man is playing a guitar.", "Someone plays the guitar.", "Interest rates rose by a quarter point."]);

        Assert.Equal(3, made.Count);
        Assert.All(made, embedding => Assert.True(embedding.Vector.Length == 384 && embedding.ModelId == "all-minilm-l6-v2"));
        Assert.True(Vectors.Cosine(made[0].Vector.Span, made[1].Vector.Span) > 0.7);
        Assert.True(Vectors.Cosine(made[0].Vector.Span, made[2].Vector.Span) < 0.2);
        Assert.Equal(9 + 7 + 10, made.Usage!.InputTokenCount);
        Assert.Empty(EmbeddingNotices.Read(made));
    }

    [Fact]
    public async Task Generate_TextLongerThanTheModelReads_IsAveragedAndSaysSo()
    {
        await using var services = Start();

        var made = await Generator(services).GenerateAsync(["short", string.Join(' ', Enumerable.Repeat("word", 300))]);

        Assert.Contains("1 of 2 texts", Assert.Single(EmbeddingNotices.Read(made)), StringComparison.Ordinal);
        Assert.Equal(3 + 302, made.Usage!.InputTokenCount);
        Assert.Equal(1, Vectors.Length(made[1].Vector.Span), 5);
    }

    [Fact]
    public async Task Generate_OtherDimensions_AreRefused()
    {
        await using var services = Start();
        var generator = Generator(services);

        var refusal = await Assert.ThrowsAsync<ProviderException>(() => generator.GenerateAsync(["a"], new EmbeddingGenerationOptions { Dimensions = 256 }));
        var same = await generator.GenerateAsync(["a"], new EmbeddingGenerationOptions { Dimensions = 384 });

        Assert.Equal((ProviderErrorKind.Unsupported, "dimensions"), (refusal.Kind, refusal.Param));
        Assert.Single(same);
    }

    [Fact]
    public async Task Generate_NoTexts_AnswersNone()
    {
        await using var services = Start();

        Assert.Empty(await Generator(services).GenerateAsync([]));
    }

    [Fact]
    public async Task Generator_OtherName_IsNone()
    {
        await using var services = Start();

        Assert.Null(services.GetRequiredService<IModelProvider>().GetEmbeddingGenerator("all-minilm-l12-v2"));
    }

    [Fact]
    public async Task Generate_AfterTheProviderHasGone_IsRefused()
    {
        var services = Start();
        var generator = Generator(services);
        await generator.GenerateAsync(["a"]);
        await services.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => generator.GenerateAsync(["a"]));
    }

    private static IEmbeddingGenerator<string, Embedding<float>> Generator(ServiceProvider services) =>
        services.GetRequiredService<IModelProvider>().GetEmbeddingGenerator("all-minilm-l6-v2")!;

    private static ServiceProvider Start()
    {
        var services = new ServiceCollection();
        services.AddSingleton(TimeProvider.System);
        new LocalPlugin().ConfigureServices(services, null!);
        return services.BuildServiceProvider();
    }
}
