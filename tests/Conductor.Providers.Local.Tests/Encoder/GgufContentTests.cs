using System.Text;
using Conductor.Providers.Local.Encoder;
using Conductor.Providers.Local.Encoder.Gguf;
using Conductor.Providers.Local.Encoder.Kernels;
using Conductor.Providers.Local.Encoder.Model;
using Conductor.Providers.Local.Intents;

namespace Conductor.Providers.Local.Tests.Encoder;

public class GgufContentTests
{
    [Fact]
    public void Read_SmallFile_FindsValuesAndTensors()
    {
        var file = Write(writer => writer.Value("a.number", 7u).Value("a.name", "bert").Tensor("t", GgufTensorType.F32, 4, 2), data: new byte[32]);

        var content = GgufContent.Read(file);

        Assert.Equal(7, content.Int32(file, "a.number"));
        Assert.Equal(32, content.Tensor("t", GgufTensorType.F32, 4, 2).Bytes(file).Length);
        Assert.Throws<InvalidDataException>(() => content.Int32([], "a.name"));
        Assert.Contains("'other'", Assert.Throws<InvalidDataException>(() => content.Tensor("other", GgufTensorType.F32, 1)).Message, StringComparison.Ordinal);
        Assert.Contains("[4, 2], not", Assert.Throws<InvalidDataException>(() => content.Tensor("t", GgufTensorType.F32, 2, 4)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_CutShortAnywhere_SaysSo()
    {
        var file = Write(writer => writer.Value("a.number", 7u).Value("a.name", "bert").Tensor("t", GgufTensorType.Q8_0, 32, 2), data: new byte[68]);

        for (var length = 0; length < file.Length; length++)
        {
            var failure = Assert.Throws<InvalidDataException>(() => GgufContent.Read(file.AsSpan(0, length)));
            Assert.StartsWith("Not a usable GGUF file: ", failure.Message, StringComparison.Ordinal);
        }

        GgufContent.Read(file);
    }

    [Fact]
    public void Read_AnyByteChanged_ReadsOrSaysWhy()
    {
        var file = Write(writer => writer.Value("a.number", 7u).Value("a.name", "bert").Tensor("t", GgufTensorType.Q8_0, 32, 2), data: new byte[68]);
        for (var index = 0; index < file.Length - 68; index++)
        {
            foreach (var value in new byte[] { 0, 1, 9, 0x7F, 0x80, 0xFF })
            {
                var changed = (byte[])file.Clone();
                changed[index] = value;
                Assert.True(Record.Exception(() => GgufContent.Read(changed)) is null or InvalidDataException);
            }
        }
    }

    [Theory]
    [InlineData("GGML", 3u, "does not begin with 'GGUF'")]
    [InlineData("GGUF", 1u, "version 1 is neither 2 nor 3")]
    [InlineData("GGUF", 0x03000000u, "version 50331648")]
    public void Read_AnotherFormat_SaysWhich(string magic, uint version, string message)
    {
        byte[] file = [.. Encoding.ASCII.GetBytes(magic), .. BitConverter.GetBytes(version), .. new byte[16]];

        Assert.Contains(message, Assert.Throws<InvalidDataException>(() => GgufContent.Read(file)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_ModelOfAnotherKind_SaysWhich()
    {
        var file = Write(writer => writer.Value("general.architecture", "llama"), data: []);

        var failure = Assert.Throws<InvalidDataException>(() => BertShape.Read(GgufContent.Read(file), file));

        Assert.Contains("'llama', not 'bert'", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Encode_FileCutShortOrMissing_IsAClearErrorOfTheProvider()
    {
        var path = Path.GetTempFileName();
        try
        {
            var whole = await File.ReadAllBytesAsync(MiniLmEncoder.ShippedModel);
            await File.WriteAllBytesAsync(path, whole.AsMemory(0, 20_000_000));

            Assert.Contains("lies beyond the end", await FailureAsync(path), StringComparison.Ordinal);
            Assert.Contains("cannot be opened", await FailureAsync(path + ".missing"), StringComparison.Ordinal);
            await File.WriteAllBytesAsync(path, []);
            Assert.Contains("it is empty", await FailureAsync(path), StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static async Task<string> FailureAsync(string path)
    {
        using var encoder = new MiniLmEncoder(path, KernelKinds.Best, new EncoderSlots(EncoderSlots.Default));
        using var generator = new MiniLmEmbeddingGenerator(encoder);
        var failure = await Assert.ThrowsAsync<ProviderException>(() => generator.GenerateAsync(["a"]));
        var intents = await Assert.ThrowsAsync<ProviderException>(() => new IntentEngine(encoder).RunAsync("""{"text":"a","parameters":{"possible_intents":["b"]}}"""u8.ToArray(), CancellationToken.None));
        Assert.Equal((ProviderErrorKind.ModelNotFound, failure.Message), (failure.Kind, intents.Message));
        Assert.DoesNotContain(Path.GetDirectoryName(path)!, failure.Message, StringComparison.Ordinal);
        return failure.Message;
    }

    private static byte[] Write(Action<GgufWriter> fill, byte[] data)
    {
        var writer = new GgufWriter();
        fill(writer);
        return writer.Finish(data);
    }

    private sealed class GgufWriter
    {
        private readonly List<byte> _values = [];
        private readonly List<byte> _tensors = [];
        private ulong _valueCount;
        private ulong _tensorCount;

        public GgufWriter Value(string key, uint value)
        {
            _valueCount++;
            Put(_values, key);
            _values.AddRange([.. BitConverter.GetBytes(4u), .. BitConverter.GetBytes(value)]);
            return this;
        }

        public GgufWriter Value(string key, string value)
        {
            _valueCount++;
            Put(_values, key);
            _values.AddRange(BitConverter.GetBytes(8u));
            Put(_values, value);
            return this;
        }

        public GgufWriter Tensor(string name, GgufTensorType type, params ulong[] shape)
        {
            _tensorCount++;
            Put(_tensors, name);
            _tensors.AddRange([.. BitConverter.GetBytes((uint)shape.Length), .. shape.SelectMany(BitConverter.GetBytes), .. BitConverter.GetBytes((uint)type), .. BitConverter.GetBytes(0ul)]);
            return this;
        }

        public byte[] Finish(byte[] data)
        {
            byte[] head = [.. "GGUF"u8, .. BitConverter.GetBytes(3u), .. BitConverter.GetBytes(_tensorCount), .. BitConverter.GetBytes(_valueCount), .. _values, .. _tensors];
            return [.. head, .. new byte[(32 - (head.Length % 32)) % 32], .. data];
        }

        private static void Put(List<byte> to, string text) => to.AddRange([.. BitConverter.GetBytes((ulong)text.Length), .. Encoding.UTF8.GetBytes(text)]);
    }
}
