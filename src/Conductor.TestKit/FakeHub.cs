using System.Globalization;

namespace Conductor.TestKit;

/// <summary>What the Hugging Face hub answers besides chat: replies for a <see cref="FakeUpstream"/>.</summary>
public static class FakeHub
{
    /// <summary>`feature-extraction` of one text: one vector.</summary>
    public static FakeReply Features(params float[] vector)
    {
        ArgumentNullException.ThrowIfNull(vector);
        return FakeReply.Json(Array(vector));
    }

    /// <summary>`feature-extraction` of several texts, or the tokens of one: a vector each.</summary>
    public static FakeReply Features(params float[][] vectors) => FakeReply.Json($"[{string.Join(',', vectors.Select(Array))}]");

    /// <summary>`feature-extraction` by a model that does not pool: a vector for every token of every text.</summary>
    public static FakeReply TokenFeatures(params float[][][] texts) => FakeReply.Json($"[{string.Join(',', texts.Select(tokens => $"[{string.Join(',', tokens.Select(Array))}]"))}]");

    /// <summary>`text-classification`: a list in a list, the best first.</summary>
    public static FakeReply Labels(params (string Label, double Score)[] labels) =>
        FakeReply.Json($"[[{string.Join(',', labels.Select(row => $$"""{"label":{{FakeStream.Quote(row.Label)}},"score":{{Number(row.Score)}}}"""))}]]");

    /// <summary>`token-classification`, put together: places in characters of Unicode.</summary>
    public static FakeReply Entities(params (string Group, double Score, string Word, int Start, int End)[] entities) =>
        FakeReply.Json($"[{string.Join(',', entities.Select(row => $$"""{"entity_group":{{FakeStream.Quote(row.Group)}},"score":{{Number(row.Score)}},"word":{{FakeStream.Quote(row.Word)}},"start":{{Number(row.Start)}},"end":{{Number(row.End)}}}"""))}]");

    /// <summary>`summarization`.</summary>
    public static FakeReply Summary(string text) => FakeReply.Json($$"""[{"summary_text":{{FakeStream.Quote(text)}}}]""");

    /// <summary>`zero-shot-classification` as it was for years: two lists side by side.</summary>
    public static FakeReply ZeroShot(string text, params (string Label, double Score)[] labels) => FakeReply.Json(
        $$"""{"sequence":{{FakeStream.Quote(text)}},"labels":[{{string.Join(',', labels.Select(row => FakeStream.Quote(row.Label)))}}],"scores":[{{string.Join(',', labels.Select(row => Number(row.Score)))}}]}""");

    /// <summary>503 while a model is fetched and started.</summary>
    public static FakeReply Loading(string model = "m", double seconds = 20) =>
        FakeReply.Status(503, $$"""{"error":{{FakeStream.Quote($"Model {model} is currently loading")}},"estimated_time":{{Number(seconds)}}}""");

    private static string Array(float[] vector) => $"[{string.Join(',', vector.Select(number => Number(number)))}]";

    private static string Number(double number) => number.ToString("R", CultureInfo.InvariantCulture);
}
