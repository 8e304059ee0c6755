using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Conductor.Access;
using Conductor.Admission;
using Conductor.Configuration;
using Conductor.Security;
using Conductor.Settings;

namespace Conductor.Benchmarks;

/// <summary>What it costs to find out whose key it is, among a thousand. The baseline looks a key up by the hexadecimal digits of its SHA-256, as it was done before keys had ids.</summary>
internal static class AccessTable
{
    private const int Keys = 1_000;

    public static async Task PrintAsync(bool isQuick)
    {
        var (rounds, calls) = isQuick ? (3, 1_000) : (41, 20_000);
        var pepper = new Secret("0123456789abcdef0123456789abcdef");
        var brought = Enumerable.Range(0, Keys).Select(i => $"a-long-random-key-{i}-0123456789abcdef0123456789").ToArray();
        var made = Enumerable.Range(0, Keys).Select(i => KeyFormat.NewKey(i.ToString("D8", CultureInfo.InvariantCulture))).ToArray();
        var ring = new KeyRing(new FixedSettings(new ConductorSettings
        {
            KeyPepper = pepper,
            Keys =
            [
                .. brought.Select((key, i) => new CallerKeySettings { Tenant = "t", Name = $"b{i}", Hash = SHA256.HashData(Encoding.UTF8.GetBytes(key)) }),
                .. made.Select((key, i) => new CallerKeySettings { Tenant = "t", Name = $"m{i}", Id = i.ToString("D8", CultureInfo.InvariantCulture), IsPeppered = true, Hash = KeyPepper.Hash(pepper, key) }),
            ],
        }), TimeProvider.System);
        var before = brought.ToDictionary(key => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(key))), key => key, StringComparer.Ordinal);
        var (unknown, mistyped) = (KeyFormat.NewKey("zzzzzzzz"), made[0][..^1] + (made[0][^1] == 'x' ? 'y' : 'x'));
        (string Name, Func<int, object?> Run)[] rows =
        [
            ("a brought key, before", i => Before(before, brought[i % Keys])),
            ("a brought key", i => ring.Authenticate(brought[i % Keys])),
            ("a key of Conductor's making", i => ring.Authenticate(made[i % Keys])),
            ("an id that nobody has", _ => ring.Authenticate(unknown)),
            ("a mistyped key", _ => ring.Authenticate(mistyped)),
            ("something else", _ => ring.Authenticate("something else that is no key")),
        ];

        Console.WriteLine($"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription}, {Environment.ProcessorCount} cores, best of {rounds} rounds of {calls} look-ups");
        Console.WriteLine();
        Console.WriteLine($"{"key",-32} {"ns",8} {"ratio",7} {"bytes",8}");
        var best = rows.Select(_ => (Nanoseconds: double.MaxValue, Bytes: double.MaxValue)).ToArray();
        for (var round = 0; round < rounds; round++)
        {
            for (var i = 0; i < rows.Length; i++) // in turns, so that what disturbs one round disturbs all rows
            {
                var (run, next) = (rows[i].Run, 0);
                var (time, bytes) = await Measure.RoundAsync(() =>
                {
                    GC.KeepAlive(run(next++));
                    return Task.CompletedTask;
                }, calls);
                best[i] = (Math.Min(best[i].Nanoseconds, time), Math.Min(best[i].Bytes, bytes));
            }
        }

        for (var i = 0; i < rows.Length; i++)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{rows[i].Name,-32} {best[i].Nanoseconds,8:F0} {best[i].Nanoseconds / best[0].Nanoseconds,7:F2} {best[i].Bytes,8:F0}"));
        }
    }

    private static string? Before(Dictionary<string, string> known, string presented)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(presented), hash);
        return known.GetValueOrDefault(Convert.ToHexString(hash));
    }
}
