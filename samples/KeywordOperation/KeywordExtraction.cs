using System.Reflection;
using System.Text.Json;
using Conductor.Operations;

namespace KeywordOperation;

/// <summary>Finds what a text is about. A model proposes; what it proposes is looked up in the text, and dropped where it does not stand there.</summary>
internal sealed class KeywordExtraction() : Operation<KeywordRequest, KeywordResult>(CreateDescriptor(), KeywordJson.Default.KeywordRequest, KeywordJson.Default.KeywordResult)
{
    internal const string Name = "keyword_extraction";

    private const int DefaultKeywords = 10;
    private const int DefaultWords = 3;

    protected override void Validate(KeywordRequest request)
    {
        if (string.IsNullOrWhiteSpace(request.Text))
        {
            throw new OperationRequestException("text", "'text' holds white space only.");
        }
    }

    /// <summary>The names are those of `input_variables` in prompt.yaml.</summary>
    protected override IReadOnlyDictionary<string, object?> CreatePromptArguments(KeywordRequest request) => new Dictionary<string, object?>
    {
        ["text"] = request.Text,
        ["language"] = request.Language ?? "",
        ["context"] = PromptArguments.FromContext(request.Context),
        ["max_keywords"] = MaxKeywords(request),
        ["max_words"] = request.Parameters?.MaxWords ?? DefaultWords,
    };

    protected override KeywordResult ReadReply(OperationReply reply, KeywordRequest request)
    {
        var proposed = Parse(reply.Text).Keywords?.Where(keyword => !string.IsNullOrWhiteSpace(keyword?.Text)).ToList();
        if (proposed is null)
        {
            // The host shows this sentence to the model and asks once more.
            throw new OperationReplyException("\"keywords\" is missing; it must be a list of {\"text\", \"relevance\"}.");
        }

        var found = proposed
            .DistinctBy(keyword => keyword!.Text!.Trim(), StringComparer.OrdinalIgnoreCase)
            .Select(keyword => Find(keyword!, request.Text))
            .OfType<Keyword>()
            .OrderByDescending(keyword => keyword.Relevance)
            .Take(MaxKeywords(request))
            .ToList();
        var dropped = proposed.Count - found.Count;
        if (dropped > 0)
        {
            reply.Notices.Add($"{dropped} keyword(s) of the model's were dropped: not in the text, named twice, or more than were asked for.");
        }

        return new KeywordResult(found);
    }

    private static Keyword? Find(ReplyKeyword keyword, string text)
    {
        var word = keyword.Text!.Trim();
        var positions = new List<int>();
        for (var at = text.IndexOf(word, StringComparison.OrdinalIgnoreCase); at >= 0; at = text.IndexOf(word, at + word.Length, StringComparison.OrdinalIgnoreCase))
        {
            positions.Add(at);
        }

        return positions.Count == 0 ? null : new Keyword(text.Substring(positions[0], word.Length), Probability(keyword.Relevance), positions);
    }

    private static double Probability(double? relevance) => relevance is { } value && double.IsFinite(value) ? Math.Clamp(value, 0, 1) : 0.5;

    private static int MaxKeywords(KeywordRequest request) => request.Parameters?.MaxKeywords ?? DefaultKeywords;

    private static KeywordReply Parse(string json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, KeywordJson.Default.KeywordReply) ?? throw new OperationReplyException("The answer is null where a JSON object is expected.");
        }
        catch (JsonException mistake)
        {
            throw new OperationReplyException($"The answer is not the JSON that was asked for: {mistake.Message}", mistake);
        }
    }

    private static OperationDescriptor CreateDescriptor()
    {
        var assembly = Assembly.GetExecutingAssembly();
        return new OperationDescriptor
        {
            Name = Name,
            Description = "Finds the words and phrases that a text is about, and where they stand.",
            RequestSchema = OperationResources.ReadJson(assembly, "request.schema.json"),
            ResultSchema = OperationResources.ReadJson(assembly, "result.schema.json"),
            ReplySchema = OperationResources.ReadJson(assembly, "reply.schema.json"),
            Prompt = OperationResources.ReadText(assembly, "prompt.yaml"),
        };
    }
}
