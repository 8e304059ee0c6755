using Conductor.Host.Lab.Wires;
using Conductor.Host.Lab.Wires.Targets;

namespace Conductor.Host.Tests.Lab;

/// <summary>What `conductor lab wires` tries, in short; inputs that failed once, for ever; and that it would not pass whatever came.</summary>
public sealed class WireFuzzTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Lab", "fuzz-seeds");

    public static TheoryData<string> Kept => [.. Directory.EnumerateFiles(Folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Kept))]
    public async Task InputThatFailedOnce_IsBorne(string file)
    {
        var (name, input) = KeptInputs.Read(Path.Combine(Folder, file));

        Assert.Null(await WireFuzz.TryAsync(Assert.IsType<WireTarget>(WireTargets.Find(name)), input));
    }

    [Fact]
    public async Task EveryReader_BearsBrokenBytes()
    {
        var fuzz = new WireFuzz(seed: 20_261_120);

        await fuzz.RunAsync(4_000, CancellationToken.None);

        Assert.Empty(fuzz.Failures.Select(failure => $"{failure.Target}: {failure.What} {Convert.ToBase64String(failure.Input)}"));
        Assert.Equal(WireTargets.All.Count, fuzz.Tallies.Count);
    }

    [Fact]
    public async Task SameSeed_MakesTheSameInputs()
    {
        Assert.Equal(await InputsAsync(7), await InputsAsync(7));
        Assert.NotEqual(await InputsAsync(7), await InputsAsync(8));
    }

    [Fact]
    public async Task ReaderThatThrowsAnything_IsFound()
    {
        var failures = await FailuresAsync(bytes => bytes.Length == 0 || bytes[^1] != (byte)'}' ? throw new FormatException("beyond") : Task.CompletedTask);

        Assert.Contains("FormatException: beyond", Assert.Single(failures).What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReaderThatAllocatesWithoutMeasure_IsFound()
    {
        var failures = await FailuresAsync(bytes => Task.FromResult(new byte[32 * 1024 * 1024]));

        Assert.Contains("allocates", Assert.Single(failures).What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReaderThatAsksForEver_IsFound()
    {
        var stream = new SlicedStream(new byte[10], 1);
        var buffer = new byte[4];

        await Assert.ThrowsAsync<WireFindingException>(async () =>
        {
            while (true)
            {
                _ = await stream.ReadAsync(buffer);
            }
        });
    }

    [Fact]
    public void SpliceThatChangesMore_IsFound()
    {
        var before = """{"model":"m","a":"\u0061"}"""u8.ToArray();
        var after = System.Text.Encoding.UTF8.GetBytes($$"""{"model":{{System.Text.Json.JsonSerializer.Serialize(SpliceCheck.Model)}},"a":"a"}""");

        Assert.Throws<WireFindingException>(() => SpliceCheck.Compare(before, after));
    }

    [Fact]
    public async Task KeptInput_IsReadBack()
    {
        var folder = Directory.CreateTempSubdirectory("conductor-fuzz-").FullName;
        try
        {
            var path = KeptInputs.Keep(folder, new WireFailure("openai request", 3, [0xFF, 0], "what"));

            var (target, input) = KeptInputs.Read(path);

            Assert.Equal(("openai request", "FF00"), (target, Convert.ToHexString(input)));
            Assert.Null(await WireFuzz.TryAsync(WireTargets.Find(target)!, input));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<IReadOnlyList<WireFailure>> FailuresAsync(Func<byte[], Task> read)
    {
        var fuzz = new WireFuzz(1, [Target(read)]);
        await fuzz.RunAsync(200, CancellationToken.None);
        return fuzz.Failures;
    }

    private static async Task<List<string>> InputsAsync(int seed)
    {
        var inputs = new List<string>();
        await new WireFuzz(seed, [Target(bytes =>
        {
            inputs.Add(Convert.ToBase64String(bytes));
            return Task.CompletedTask;
        })]).RunAsync(100, CancellationToken.None);
        return inputs;
    }

    private static WireTarget Target(Func<byte[], Task> read) =>
        new("one", WireShape.Body, [["""{"a":[1,"two",{"b":null}],"c":{"d":true}}"""u8.ToArray()]], bytes => read(bytes.ToArray()));
}
