/**
 * Clipboards in the shapes in which programs write them, with words of our own: what surrounds the words is what these
 * programs put there.
 */

/** Word for Windows: no lists, styles for everything, conditional comments, empty paragraphs, tracked changes. */
export const FROM_WORD = `<html xmlns:v="urn:schemas-microsoft-com:vml"
xmlns:o="urn:schemas-microsoft-com:office:office"
xmlns:w="urn:schemas-microsoft-com:office:word"
xmlns="http://www.w3.org/TR/REC-html40">
<head>
<meta http-equiv=Content-Type content="text/html; charset=utf-8">
<meta name=Generator content="Microsoft Word 15">
<link rel=File-List href="file:///C:/Users/ada/AppData/Local/Temp/msohtmlclip1/01/clip_filelist.xml">
<!--[if gte mso 9]><xml><w:WordDocument><w:View>Normal</w:View></w:WordDocument></xml><![endif]-->
<style><!-- p.MsoNormal {margin:0cm; font-family:"Calibri",sans-serif;} @list l0:level1 {mso-level-text:;} --></style>
<!--[if gte mso 10]><style>table.MsoNormalTable {mso-style-name:"Normale Tabelle";}</style><![endif]-->
</head>
<body lang=EN-GB style='tab-interval:36.0pt;word-wrap:break-word'>
<!--StartFragment-->
<p class=MsoTitle><span lang=EN-US>Two sheds burn<o:p></o:p></span></p>
<h2><b><span lang=EN-US style='font-size:13.0pt'>What we know<o:p></o:p></span></b></h2>
<p class=MsoNormal>The <b style='mso-bidi-font-weight:normal'>north quay</b> is <i>closed</i>,
see <a href="https://port.example/map">the map</a>.<span style='mso-spacerun:yes'> </span><del
cite="mailto:Ada" datetime="2026-03-01T09:30">Nobody</del><ins cite="mailto:Ada">One man</ins> is hurt.<o:p></o:p></p>
<p class=MsoNormal><o:p>&nbsp;</o:p></p>
<p class=MsoListParagraphCxSpFirst style='text-indent:-18.0pt;mso-list:l0 level1 lfo1'><![if !supportLists]><span
style='font-family:Symbol;mso-fareast-font-family:Symbol'><span style='mso-list:Ignore'>·<span
style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp;&nbsp; </span></span></span><![endif]>Shed <b>4</b><o:p></o:p></p>
<p class=MsoListParagraphCxSpLast style='text-indent:-18.0pt;mso-list:l0 level1 lfo1'><![if !supportLists]><span
style='font-family:Symbol'><span style='mso-list:Ignore'>·<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp;
</span></span></span><![endif]>Shed 5<o:p></o:p></p>
<p class=MsoListParagraph style='text-indent:-18.0pt;mso-list:l1 level1 lfo2'><![if !supportLists]><span
style='mso-list:Ignore'>1.<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp; </span></span><![endif]>Stay away</p>
<p class=MsoListParagraph style='text-indent:-18.0pt;mso-list:l1 level1 lfo2'><![if !supportLists]><span
style='mso-list:Ignore'>2.<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp; </span></span><![endif]>Keep windows shut</p>
<p class=MsoQuote>We saw smoke.<o:p></o:p></p>
<p class=MsoNormal><span style='mso-hide:all'>A hidden note.</span><!--[if gte vml 1]><v:shape id="p1"/><![endif]--><img
width=400 height=300 src="file:///C:/Users/ada/AppData/Local/Temp/msohtmlclip1/01/clip_image002.jpg" v:shapes="p1"></p>
<table class=MsoTableGrid border=1><tr><td><p class=MsoNormal>Shed</p></td><td><p class=MsoNormal>Tonnes</p></td></tr></table>
<!--EndFragment-->
</body>
</html>`;

/** Word in a browser: a list around each item, classes with random names. */
export const FROM_WORD_ONLINE = `<div class="OutlineElement Ltr SCXW12" style="direction:ltr"><p class="Paragraph SCXW12"
style="font-weight:normal"><span data-contrast="auto" class="TextRun SCXW12" style="font-weight:bold"><span
class="NormalTextRun">The quay</span></span><span class="TextRun"> is closed.</span><span class="EOP SCXW12"
data-ccp-props="{}">&nbsp;</span></p></div>
<div class="ListContainerWrapper SCXW12"><ul class="BulletListStyle1 SCXW12" role="list"><li class="OutlineElement"><p
class="Paragraph"><span class="TextRun">Shed 4</span></p></li></ul></div>
<div class="ListContainerWrapper SCXW12"><ul class="BulletListStyle1 SCXW12" role="list"><li class="OutlineElement"><p
class="Paragraph"><span class="TextRun">Shed 5</span></p></li></ul></div>`;

/** Google Docs: all in a bold element that is not bold, weights and slants as styles, lists with paragraphs in them. */
export const FROM_GOOGLE_DOCS = `<meta charset='utf-8'><b style="font-weight:normal;" id="docs-internal-guid-5d0f3a1c-7fff"><h3 dir="ltr"
style="line-height:1.38;margin-top:16pt"><span style="font-size:14pt;font-family:Arial;font-weight:700">At the quay</span></h3><p dir="ltr"
style="line-height:1.38"><span style="font-size:11pt;font-weight:400;font-style:normal;text-decoration:none">The </span><span
style="font-size:11pt;font-weight:700;font-style:italic;vertical-align:baseline;white-space:pre-wrap">north quay</span><span
style="font-size:11pt;font-weight:400"> is closed, see </span><a
href="https://www.google.com/url?q=https://port.example/map&amp;sa=D&amp;source=editors" style="text-decoration:none;"><span
style="color:#1155cc;text-decoration:underline">the map</span></a><span style="font-weight:400">.</span><span
style="font-weight:400;text-decoration:line-through"> Nobody is hurt.</span></p><br /><ul
style="margin-top:0;padding-inline-start:48px;"><li dir="ltr" style="list-style-type:disc" aria-level="1"><p dir="ltr"
role="presentation"><span style="font-weight:400">Shed 4</span></p></li><ul><li dir="ltr" aria-level="2"><p dir="ltr"
role="presentation"><span style="font-weight:400">its roof</span></p></li></ul><li dir="ltr" aria-level="1"><p dir="ltr"
role="presentation"><span style="font-weight:400">Shed 5</span></p></li></ul><p dir="ltr"><span style="font-weight:400"><span
style="border:none;display:inline-block;overflow:hidden;width:602px;height:401px;"><img
src="https://docs.example/AD_4nXe" width="602" height="401" style="margin-left:0px" /></span></span></p></b><br
class="Apple-interchange-newline">`;

/** A page of the web as Chromium copies it, with what runs, tracks and decorates in it. */
export const FROM_THE_WEB = `<meta charset="utf-8"><article style="color: rgb(0, 0, 0); font-family: Georgia; font-weight: 400;"><h1
class="title" style="font-weight: 700;">Fire at the port</h1><p onclick="steal()" style="font-weight: 400;">The <strong
style="font-weight: 700;">quay</strong> is closed<script>alert(1)</script>, says <a href="javascript:steal()">the port</a>.<img
class="emoji" alt="🔥" src="https://web.example/fire.svg" width="16"></p><figure><picture><source
srcset="https://web.example/a.avif"><img src="https://web.example/a.jpg" onerror="steal()" width="800" height="450"
alt="Smoke over the quay"></picture><figcaption>The quay at nine. <span class="photo-credit">Ada Lund/Norrvik
Post</span></figcaption></figure><blockquote><p>We saw smoke.</p><footer>— Bo Ek, harbour master</footer></blockquote><style>p{color:red}</style><iframe
src="https://www.video.example/embed/1" title="The fire from above"></iframe><div hidden>not shown</div><div
style="display: none;">nor this</div><img src="https://track.example/p.gif" width="1" height="1" alt=""><svg
onload="steal()"><text>drawn</text></svg></article>`;
