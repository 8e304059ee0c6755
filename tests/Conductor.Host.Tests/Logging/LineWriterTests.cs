using System.Globalization;
using System.Text;
using Conductor.Host.Logging;

namespace Conductor.Host.Tests.Logging;

public sealed class LineWriterTests
{
    private static readonly TimeSpan Never = TimeSpan.FromHours(1);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    [Fact]
    public void Append_SeveralLines_GoOutInOrderAndTogether()
    {
        using var output = new Output();
        using (var writer = Writer(output, Never))
        {
            writer.Append("a\n"u8, isUrgent: false);
            writer.Append("b\n"u8, isUrgent: false);
            writer.Append("c\n"u8, isUrgent: true);
            Assert.True(output.Written.Wait(Limit));
        }

        Assert.Equal("a\nb\nc\n", output.Text);
        Assert.Equal(1, output.Writes);
    }

    [Fact]
    public void Dispose_LinesWaiting_WritesThem()
    {
        using var output = new Output();
        var writer = Writer(output, Never);
        writer.Append("last\n"u8, isUrgent: false);

        writer.Dispose();
        writer.Append("too late, and harmless\n"u8, isUrgent: true);

        Assert.Equal("last\n", output.Text);
    }

    [Fact]
    public void Append_NobodyReads_NeverBlocksAndTellsWhatWasDropped()
    {
        using var output = new Output();
        output.Open.Reset();
        var writer = Writer(output, TimeSpan.Zero);
        writer.Append("first\n"u8, isUrgent: true);
        Assert.True(output.Entered.Wait(Limit)); // the writer hangs in the system call
        var line = new byte[1024 * 1024];
        line.AsSpan().Fill((byte)'x');

        for (var i = 0; i < 10; i++)
        {
            writer.Append(line, isUrgent: false); // eight fit
        }

        output.Open.Set();
        writer.Dispose();
        Assert.EndsWith("xdropped 2\n", output.Text);
        Assert.Equal(6 + (8 * line.Length) + 10, output.Text.Length);
    }

    [Fact]
    public void Append_OutputBroken_GoesOn()
    {
        using var output = new Output { IsBroken = true };
        var writer = Writer(output, TimeSpan.Zero);
        writer.Append("lost\n"u8, isUrgent: true);
        Assert.True(output.Entered.Wait(Limit));
        output.IsBroken = false;

        writer.Append("there\n"u8, isUrgent: true);
        writer.Dispose();

        Assert.EndsWith("there\n", output.Text);
    }

    private static LineWriter Writer(Stream output, TimeSpan linger) =>
        new(output, linger, count => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"dropped {count}\n")));

    private sealed class Output : MemoryStream
    {
        public ManualResetEventSlim Open { get; } = new(true);

        public ManualResetEventSlim Entered { get; } = new(false);

        public ManualResetEventSlim Written { get; } = new(false);

        public volatile bool IsBroken;

        public int Writes { get; private set; }

        public string Text => Encoding.UTF8.GetString(ToArray());

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            Entered.Set();
            Open.Wait(Limit);
            if (IsBroken)
            {
                throw new IOException("broken");
            }

            base.Write(buffer);
            Writes++;
            Written.Set();
        }
    }
}
