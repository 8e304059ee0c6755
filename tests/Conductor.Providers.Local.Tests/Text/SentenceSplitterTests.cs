using Conductor.Providers.Local.Text;

namespace Conductor.Providers.Local.Tests.Text;

public class SentenceSplitterTests
{
    [Theory]
    [InlineData("One. Two! Three? Four", "One.|Two!|Three?|Four")]
    [InlineData("Mr. Smith met Dr. Jones. They spoke.", "Mr. Smith met Dr. Jones.|They spoke.")]
    [InlineData("It costs 3.50 dollars. That is 1.5 times more.", "It costs 3.50 dollars.|That is 1.5 times more.")]
    [InlineData("He moved to the U.S. The rest stayed.", "He moved to the U.S.|The rest stayed.")]
    [InlineData("The U.S. Senate voted. It passed.", "The U.S. Senate voted.|It passed.")]
    [InlineData("J. R. R. Tolkien wrote it. I read it.", "J. R. R. Tolkien wrote it.|I read it.")]
    [InlineData("Use tools, e.g. a hammer. Be careful.", "Use tools, e.g. a hammer.|Be careful.")]
    [InlineData("\"Go away!\" he said. She left.", "\"Go away!\" he said.|She left.")]
    [InlineData("She said \"stop.\" He did.", "She said \"stop.\"|He did.")]
    [InlineData("Wait... what? Yes.", "Wait... what?|Yes.")]
    [InlineData("It ended... Nobody knew.", "It ended...|Nobody knew.")]
    [InlineData("See http://a.example/x.y?z=1.2 for more. Then go.", "See http://a.example/x.y?z=1.2 for more.|Then go.")]
    [InlineData("Yahoo! and file.txt are names. Yes!", "Yahoo! and file.txt are names.|Yes!")]
    [InlineData("Acme Inc. announced it. Shares rose.", "Acme Inc. announced it.|Shares rose.")]
    [InlineData("Really?! No way!!! Fine.", "Really?!|No way!!!|Fine.")]
    [InlineData("猫が好き。犬も好き！本当？", "猫が好き。|犬も好き！|本当？")]
    [InlineData("यह पहला है। यह दूसरा है।", "यह पहला है।|यह दूसरा है।")]
    [InlineData("A Title\n\nFirst sentence here. Second one.", "A Title|First sentence here.|Second one.")]
    [InlineData("- first item\n- second item", "- first item|- second item")]
    [InlineData("1. Open the lid. 2. Close it.", "1. Open the lid.|2. Close it.")]
    [InlineData("Did he say no. He did.", "Did he say no.|He did.")]
    [InlineData("This line of a paragraph is wrapped after some seventy letters\nand goes on here.", "This line of a paragraph is wrapped after some seventy letters and goes on here.")]
    [InlineData("  spaces   between \t words.  Next.", "spaces between words.|Next.")]
    public void Split_Text_GivesItsSentences(string text, string expected)
    {
        var sentences = SentenceSplitter.Split(text).Select(sentence => sentence.Text);

        Assert.Equal(expected.Split('|'), sentences);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \n\t ")]
    public void Split_NothingToRead_GivesNothing(string text)
    {
        Assert.Empty(SentenceSplitter.Split(text));
    }

    [Fact]
    public void Split_ShortLineOfItsOwn_IsAHeading()
    {
        var sentences = SentenceSplitter.Split("A Title\n\nFirst sentence here.\nSecond.");

        Assert.Equal([true, false, false], sentences.Select(sentence => sentence.IsHeading));
    }

    [Fact]
    public void Split_AnyText_LosesNoCharacter()
    {
        for (var seed = 0; seed < 3_000; seed++)
        {
            var text = RandomText.Create(seed, 1 + (seed % 80));

            var sentences = SentenceSplitter.Split(text);

            var position = 0;
            foreach (var sentence in sentences)
            {
                Assert.True(sentence.Start >= position && sentence.Length > 0);
                Assert.True(string.IsNullOrWhiteSpace(text[position..sentence.Start]));
                position = sentence.Start + sentence.Length;
            }

            Assert.True(string.IsNullOrWhiteSpace(text[position..]));
        }
    }
}
