using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace Conductor.Tokens.Tests;

/// <summary>Token by token against what others wrote: npm `gpt-tokenizer` and `llama-tokenizer-js`.</summary>
public sealed class PeerTests
{
    public static TheoryData<string, string> Vocabularies() => new() { { "o200k_base", "gpt-tokenizer" }, { "cl100k_base", "gpt-tokenizer" }, { "llama2", "llama-tokenizer-js" } };

    [SkippableTheory]
    [MemberData(nameof(Vocabularies))]
    public async Task TenThousandTexts_HaveTheSameTokens(string vocabulary, string package)
    {
        var packages = Environment.GetEnvironmentVariable("CONDUCTOR_NODE_CLIENTS");
        Skip.If(string.IsNullOrEmpty(packages) || !Directory.Exists(Path.Combine(packages, "node_modules", package)), $"No npm package '{package}': set CONDUCTOR_NODE_CLIENTS (see .ci/fetch-clients).");
        var tokenizer = new[] { Tokenizers.O200k, Tokenizers.Cl100k, Tokenizers.Llama2 }.Single(one => one.Name == vocabulary);
        // Half of a surrogate pair has no UTF-8, and JSON on a pipe is UTF-8: such texts are in the other tests. SentencePiece's own rules for U+0000 are not this vocabulary's.
        var texts = Corpus.Texts().Select(text => text.Replace('\ud800', '?')).ToList();

        var theirs = await AskAsync(vocabulary, packages, texts);

        Assert.Equal(Corpus.Size, theirs.Count);
        var wrong = texts.Where((text, i) => !tokenizer.Encode(text).SequenceEqual(theirs[i])).ToList();
        Assert.True(wrong.Count == 0, $"{wrong.Count} texts differ, the first: {JsonSerializer.Serialize(wrong.FirstOrDefault())}");
        Assert.All(texts.Zip(theirs), pair => Assert.Equal(pair.Second.Length, tokenizer.Count(pair.First)));
    }

    private static async Task<List<int[]>> AskAsync(string vocabulary, string packages, IReadOnlyList<string> texts)
    {
        var start = new ProcessStartInfo("node", [Path.Combine(AppContext.BaseDirectory, "clients/tokens.mjs"), vocabulary, packages])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            StandardInputEncoding = new UTF8Encoding(false),
            StandardOutputEncoding = Encoding.UTF8,
        };
        using var node = Process.Start(start)!;
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        using var stop = limit.Token.Register(() => node.Kill());
        var reading = node.StandardOutput.ReadToEndAsync(limit.Token);
        foreach (var text in texts)
        {
            await node.StandardInput.WriteLineAsync(JsonSerializer.Serialize(text));
        }

        node.StandardInput.Close();
        var answer = await reading;
        await node.WaitForExitAsync(limit.Token);
        Assert.Equal(0, node.ExitCode);
        return [.. answer.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonSerializer.Deserialize<int[]>(line)!)];
    }
}
