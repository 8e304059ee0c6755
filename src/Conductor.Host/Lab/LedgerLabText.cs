using Conductor.Costing;

namespace Conductor.Host.Lab;

/// <summary>What is said in the ledger lab, and how many tokens it has by the vocabulary that the upstream bills by.</summary>
internal static class LedgerLabText
{
    public const int MostSentences = 16;

    private const string Vocabulary = "gpt-4o";
    private const string Sentence = "Please write a short report about the weather in the northern valleys and how the farmers there prepare for a long winter. ";

    private const string Story =
        "The first snow fell early this year and the people of the valley were not surprised because the birds had left in great numbers weeks before "
        + "Every morning the children carried wood from the edge of the forest to the small houses along the river while their parents repaired the roofs and "
        + "counted the bags of flour in the cellar At night they told each other stories of older winters";

    private static readonly string[] Words = Story.Split(' ');
    private static readonly long[] PromptTokens = [.. Enumerable.Range(0, MostSentences + 1).Select(count => Count(Prompt(count)))];
    private static readonly long[] AnswerTokens = [.. Enumerable.Range(0, Words.Length + 1).Select(count => Count(string.Join(' ', Words.Take(count))))];

    /// <summary>So many sentences.</summary>
    public static string Prompt(int sentences) => string.Concat(Enumerable.Repeat(Sentence, sentences));

    /// <summary>What the upstream bills for a prompt: its sentences, and a fixed number for the orders before them and the frame.</summary>
    public static long InputTokens(int sentences) => PromptTokens[sentences] + 24;

    /// <summary>Words of the answer, each but the first with a blank before it.</summary>
    public static string Piece(int from, int to)
    {
        var words = string.Join(' ', Words[from..Math.Min(to, Words.Length)]);
        return from == 0 ? words : " " + words;
    }

    /// <summary>Tokens of the first so many words.</summary>
    public static long OutputTokens(int words) => AnswerTokens[Math.Min(words, Words.Length)];

    private static long Count(string text) => TokenCounter.Text(Vocabulary, text).Tokens;
}
