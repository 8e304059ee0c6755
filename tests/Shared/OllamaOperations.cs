using System.Text.Json;
using Conductor.TestKit;

namespace Conductor.Tests.Shared;

/// <summary>The typed operations as they run on a model of Ollama: one row for each, the same in process, over HTTP and on the command line.</summary>
public static class OllamaOperations
{
    private const string Chat = "ollama/llama3.2";

    public static IReadOnlyDictionary<string, OllamaOperation> All { get; } = new Dictionary<string, OllamaOperation>
    {
        ["sentiment_analysis"] = new()
        {
            Project = "operations/Conductor.Operations.SentimentAnalysis",
            Model = Chat,
            Text = "It broke again.",
            Reply = """{"sentiment":"negative","scores":{"positive":0.05,"negative":0.9,"neutral":0.05}}""",
            Check = result => Assert.Equal("negative", result.GetProperty("sentiment").GetString()),
        },
        ["summarization"] = new()
        {
            Project = "operations/Conductor.Operations.Summarization",
            Model = Chat,
            Text = "The harbour was quiet in the morning. By noon the market was full of people. The keeper smiled.",
            Parameters = """{"max_sentences":1}""",
            Reply = """{"summary":"A quiet harbour fills by noon.","key_points":["quiet morning","full market"]}""",
            Check = result =>
            {
                Assert.Equal("A quiet harbour fills by noon.", result.GetProperty("summary").GetString());
                Assert.InRange(result.GetProperty("compression_ratio").GetDouble(), 0.1, 0.9);
            },
        },
        ["intent_detection"] = new()
        {
            Project = "operations/Conductor.Operations.IntentDetection",
            Model = Chat,
            Text = "Please put my money back onto the card.",
            Parameters = """{"possible_intents":["refund","delivery"]}""",
            Reply = """{"intent":"refund","confidence":0.9,"alternatives":[{"intent":"delivery","confidence":0.1}]}""",
            Check = result => Assert.Equal(("refund", "delivery"), (result.GetProperty("intent").GetString(), result.GetProperty("alternatives")[0].GetProperty("intent").GetString())),
        },
        ["entity_extraction"] = new()
        {
            Project = "operations/Conductor.Operations.EntityExtraction",
            Model = Chat,
            Text = "Ada moved to Oslo.",
            Reply = """{"entities":[{"text":"Ada","type":"person"},{"text":"Oslo","type":"location"}]}""",
            Check = result => Assert.Equal(
                [("Ada", "person", 0, 3), ("Oslo", "location", 13, 17)],
                result.GetProperty("entities").EnumerateArray().Select(entity => (
                    entity.GetProperty("text").GetString()!, entity.GetProperty("type").GetString()!, entity.GetProperty("start_index").GetInt32(), entity.GetProperty("end_index").GetInt32()))),
        },
        ["embeddings"] = new()
        {
            Project = "operations/Conductor.Operations.Embeddings",
            Model = "ollama/all-minilm",
            Text = "one two three",
            Check = result => Assert.Equal(3, result.GetProperty("embeddings").GetArrayLength()),
        },
        ["response_generation"] = new()
        {
            Project = "operations/Conductor.Operations.ResponseGeneration",
            Model = Chat,
            Text = "Write a greeting.",
            Reply = "Good morning to you.",
            IsStructured = false,
            Check = result => Assert.Equal(("Good morning to you.", "stop"), (result.GetProperty("text").GetString(), result.GetProperty("finish_reason").GetString())),
        },
    };
}

/// <summary>One operation on a model of Ollama.</summary>
public sealed record OllamaOperation
{
    /// <summary>The operation's project, from the repository's root.</summary>
    public required string Project { get; init; }

    /// <summary>provider/model.</summary>
    public required string Model { get; init; }

    public required string Text { get; init; }

    /// <summary>A JSON object; null for none.</summary>
    public string? Parameters { get; init; }

    /// <summary>What the model says; null where it makes vectors.</summary>
    public string? Reply { get; init; }

    /// <summary>Whether the model is given a schema to answer in.</summary>
    public bool IsStructured { get; init; } = true;

    /// <summary>Lets the model say what it is to say.</summary>
    public void Script(FakeOllama ollama)
    {
        if (Reply is not null)
        {
            ollama.Reply(FakeOllamaReply.Text(Reply));
        }
    }

    /// <summary>Looks at the result.</summary>
    public required Action<JsonElement> Check { get; init; }

    /// <summary>The request's body without the model.</summary>
    public string Request => $$"""{"text":{{JsonSerializer.Serialize(Text)}}{{(Parameters is null ? "" : $",\"parameters\":{Parameters}")}}}""";
}
