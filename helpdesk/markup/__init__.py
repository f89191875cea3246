"""What vendors' documents hold beyond CommonMark: boxes and tabs, islands of HTML and components, addresses
within a tree of files. `helpdesk.markdown` puts it together."""
