using System.Reflection;
using System.Text.Json;

namespace Conductor.Operations.Summarization;

/// <summary>Shortens a text to what matters.</summary>
internal sealed class SummarizationOperation() : Operation<SummarizationRequest, SummarizationResult>(
    CreateDescriptor(), OperationsJsonContext.Default.SummarizationRequest, OperationsJsonContext.Default.SummarizationResult)
{
    internal const string Name = "summarization";

    protected override IReadOnlyDictionary<string, object?> CreatePromptArguments(SummarizationRequest request)
    {
        var arguments = new Dictionary<string, object?>
        {
            ["text"] = request.Text,
            ["language"] = request.Language ?? "",
            ["context"] = PromptArguments.FromContext(request.Context),
            ["bullets"] = request.Parameters?.Style == "bullets",
        };
        if (request.Parameters?.MaxSentences is { } maxSentences)
        {
            arguments["max_sentences"] = maxSentences;
        }

        if (request.Parameters?.MaxWords is { } maxWords)
        {
            arguments["max_words"] = maxWords;
        }

        return arguments;
    }

    /// <summary>Lengths are counted here, not believed: the ratio is computed, and a summary of too many sentences or words is cut, with notice.</summary>
    protected override SummarizationResult ReadReply(OperationReply reply, SummarizationRequest request)
    {
        var answer = Parse(reply.Text);
        var summary = answer.Summary?.Trim();
        if (string.IsNullOrEmpty(summary))
        {
            throw new OperationReplyException("\"summary\" is missing or empty; it must hold the summary of the text.");
        }

        if (request.Parameters?.MaxSentences is { } maxSentences)
        {
            summary = Told(SentenceLimit.Cut(summary, maxSentences, isList: request.Parameters.Style == "bullets"), summary, reply, "sentences");
        }

        if (request.Parameters?.MaxWords is { } maxWords)
        {
            summary = Told(WordLimit.Cut(summary, maxWords), summary, reply, "words");
        }

        return new SummarizationResult
        {
            Summary = summary,
            KeyPoints = [.. (answer.KeyPoints ?? []).Select(point => point?.Trim() ?? "").Where(point => point.Length > 0)],
            CompressionRatio = Math.Round((double)summary.Length / Math.Max(1, request.Text.Length), 4),
        };
    }

    private static string Told(string cut, string summary, OperationReply reply, string unit)
    {
        if (cut.Length < summary.Length)
        {
            reply.Notices.Add($"The model wrote more {unit} than were asked for; the summary was cut.");
        }

        return cut;
    }

    private static SummarizationReply Parse(string text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, SummarizationReplyContext.Default.SummarizationReply)
                ?? throw new OperationReplyException("The answer is null where a JSON object is expected.");
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
            Description = "Shortens a text to what matters.",
            RequestSchema = OperationResources.ReadJson(assembly, "request.schema.json"),
            ResultSchema = OperationResources.ReadJson(assembly, "result.schema.json"),
            ReplySchema = OperationResources.ReadJson(assembly, "reply.schema.json"),
            Prompt = OperationResources.ReadText(assembly, "prompt.yaml"),
        };
    }
}
