using System.Text;
using System.Text.Json;
using Conductor.Operations.Embeddings;
using Conductor.Operations.EntityExtraction;
using Conductor.Operations.IntentDetection;
using Conductor.Operations.ResponseGeneration;
using Conductor.Operations.SentimentAnalysis;
using Conductor.Operations.Summarization;
using Conductor.Plugins;
using Conductor.Schemas;
using Microsoft.Extensions.DependencyInjection;

namespace Conductor.Operations.Tests;

/// <summary>The operations as the host gets them: from their plugins, behind <see cref="IOperation"/>.</summary>
internal static class Loaded
{
    public static IOperation Sentiment { get; } = From(new SentimentAnalysisPlugin());

    public static IOperation Summarization { get; } = From(new SummarizationPlugin());

    public static IOperation ResponseGeneration { get; } = From(new ResponseGenerationPlugin());

    public static IOperation Entities { get; } = From(new EntityExtractionPlugin());

    public static IOperation Intents { get; } = From(new IntentDetectionPlugin());

    public static IOperation Embeddings { get; } = From(new EmbeddingsPlugin());

    private static readonly IOperation[] All =
    [
        Sentiment,
        Summarization,
        ResponseGeneration,
        Entities,
        Intents,
        Embeddings,
    ];

    public static IOperation Find(string name) => All.Single(operation => operation.Descriptor.Name == name);

    /// <summary>A model's answer read into the result, which is held against the operation's own schema.</summary>
    public static JsonElement Read(IOperation operation, string reply, string request, string? finishReason = "stop")
    {
        using var result = JsonDocument.Parse(operation.ReadReply(new OperationReply(reply, finishReason), Encoding.UTF8.GetBytes(request)));
        Assert.Empty(JsonSchema.Compile(operation.Descriptor.ResultSchema).Validate(result.RootElement));
        return result.RootElement.Clone();
    }

    /// <summary>What the operation told the caller about a model's answer.</summary>
    public static IReadOnlyList<string> Notices(IOperation operation, string reply, string request)
    {
        var answer = new OperationReply(reply, "stop");
        operation.ReadReply(answer, Encoding.UTF8.GetBytes(request));
        return [.. answer.Notices];
    }

    private static IOperation From(IOperationPlugin plugin)
    {
        var services = new ServiceCollection();
        services.AddSingleton(TimeProvider.System);
        plugin.ConfigureServices(services, null!);
        return services.BuildServiceProvider().GetRequiredService<IOperation>();
    }
}
